from __future__ import annotations

import numpy as np
import pytest

from scoring.packed_trees import PackedTrees
from scoring.quick_xgboost import xgb

COLUMNS = 6


def rows(count: int, seed: int) -> np.ndarray:
    """Numbers on a coarse grid, every fifth missing."""
    chance = np.random.default_rng(seed)
    values = chance.integers(-4, 5, (count, COLUMNS)).astype(np.float32) / 2
    values[chance.random((count, COLUMNS)) < 0.2] = np.nan
    return values


def trained(depth: int, objective: str = "binary:logistic", rounds: int = 12, **more: object) -> xgb.Booster:
    values = rows(600, seed=1)
    known = np.nan_to_num(values)
    signal = known[:, 0] * known[:, 1] + np.sin(known[:, 2] * 3) + 0.5 * np.isnan(values[:, 3])
    label = np.digitize(signal, [-0.5, 0.8]) if "num_class" in more else (signal > 0).astype(float)
    base_score = 0.0 if "num_class" in more else 0.5  # both are a margin of zero
    settings = {
        "max_depth": depth,
        "objective": objective,
        "base_score": base_score,
        "eta": 0.4,
        "nthread": 1,
        "seed": 3,
    }
    settings |= more
    return xgb.train(settings, xgb.DMatrix(values, label), num_boost_round=rounds)


def xgboosts(booster: xgb.Booster, asked: np.ndarray) -> np.ndarray:
    """[n, columns + base, outputs] by XGBoost itself."""
    found = booster.predict(xgb.DMatrix(asked), pred_contribs=True)
    return found[:, :, None] if found.ndim == 2 else found.transpose(0, 2, 1)


@pytest.mark.parametrize("depth", [1, 2, 3, 5])
def test_values_are_those_of_xgboost(depth: int) -> None:
    booster, asked = trained(depth), rows(200, seed=2)
    trees = PackedTrees.of(booster, COLUMNS)
    assert trees is not None
    expected = xgboosts(booster, asked)
    np.testing.assert_allclose(trees.explained(asked)[1], expected[:, :-1], atol=2e-6)
    np.testing.assert_allclose(trees.base, expected[0, -1], atol=2e-6)
    assert np.abs(expected[:, :-1]).max() > 0.5


def test_each_class_has_its_own_values() -> None:
    booster, asked = trained(3, "multi:softprob", num_class=3), rows(50, seed=4)
    trees = PackedTrees.of(booster, COLUMNS)
    assert trees is not None
    expected = xgboosts(booster, asked)
    np.testing.assert_allclose(trees.explained(asked)[1], expected[:, :-1], atol=2e-6)
    np.testing.assert_allclose(trees.base, expected[0, -1], atol=2e-6)


def test_splits_by_category_are_followed_also_for_codes_that_training_did_not_see() -> None:
    values = rows(600, seed=7)
    values[:, :2] = np.random.default_rng(8).integers(0, 9, (600, 2))
    values[::7, 0] = np.nan
    label = np.isin(values[:, 0], [1, 4, 7]) ^ np.isin(values[:, 1], [0, 2, 3, 8]) ^ (np.nan_to_num(values[:, 2]) > 0)
    data = xgb.DMatrix(values, label, feature_types=["c", "c", "q", "q", "q", "q"], enable_categorical=True)
    settings = {"max_depth": 4, "max_cat_to_onehot": 3, "eta": 0.5, "nthread": 1, "objective": "binary:logistic",
                "base_score": 0.5}  # fmt: skip
    booster = xgb.train(settings, data, num_boost_round=15)
    asked = values[:80].copy()
    asked[:5, 0], asked[5:9, 1] = 11, 40
    trees = PackedTrees.of(booster, COLUMNS)
    assert trees is not None
    assert len(trees._of_codes) > 50
    np.testing.assert_allclose(trees.explained(asked)[1], xgboosts(booster, asked)[:, :-1], atol=3e-6)


def test_a_row_alone_has_the_values_that_it_has_among_others() -> None:
    booster, asked = trained(3), rows(20, seed=5)
    trees = PackedTrees.of(booster, COLUMNS)
    assert trees is not None
    alone = np.concatenate([trees.explained(asked[at : at + 1])[1] for at in range(len(asked))])
    assert alone.tolist() == trees.explained(asked)[1].tolist()


@pytest.mark.parametrize("depth", [1, 3, 4])
@pytest.mark.parametrize("more", [{}, {"objective": "multi:softprob", "num_class": 3}])
def test_the_margin_is_xgboosts_to_the_last_bit_and_the_sum_of_the_values(depth: int, more: dict[str, object]) -> None:
    booster, asked = trained(depth, rounds=40, **more), rows(300, seed=6)
    trees = PackedTrees.of(booster, COLUMNS)
    assert trees is not None
    margin, parts = trees.explained(asked)
    own = booster.inplace_predict(asked, predict_type="margin").reshape(margin.shape)
    assert margin.tobytes() == own.tobytes()
    np.testing.assert_allclose(parts.sum(axis=1) + trees.base, margin, atol=2e-5)


def test_trees_that_start_elsewhere_than_at_zero_are_left_to_xgboost() -> None:
    assert PackedTrees.of(trained(3, base_score=0.3), COLUMNS) is None


def test_deep_trees_and_none_are_left_to_xgboost(monkeypatch: pytest.MonkeyPatch) -> None:
    assert PackedTrees.of(trained(3, rounds=0), COLUMNS) is None
    monkeypatch.setattr("scoring.packed_trees.MAX_CELLS", 100)
    assert PackedTrees.of(trained(3), COLUMNS) is None
