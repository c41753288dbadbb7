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
    settings = {"max_depth": depth, "objective": objective, "eta": 0.4, "nthread": 1, "seed": 3, **more}
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
    np.testing.assert_allclose(trees.contributions(asked), expected[:, :-1], atol=2e-6)
    np.testing.assert_allclose(trees.base, expected[0, -1], atol=2e-6)
    assert np.abs(expected[:, :-1]).max() > 0.5


def test_each_class_has_its_own_values() -> None:
    booster, asked = trained(3, "multi:softprob", num_class=3), rows(50, seed=4)
    trees = PackedTrees.of(booster, COLUMNS)
    assert trees is not None
    expected = xgboosts(booster, asked)
    np.testing.assert_allclose(trees.contributions(asked), expected[:, :-1], atol=2e-6)
    np.testing.assert_allclose(trees.base, expected[0, -1], atol=2e-6)


def test_splits_by_category_are_followed_also_for_codes_that_training_did_not_see() -> None:
    values = rows(600, seed=7)
    values[:, :2] = np.random.default_rng(8).integers(0, 9, (600, 2))
    values[::7, 0] = np.nan
    label = np.isin(values[:, 0], [1, 4, 7]) ^ np.isin(values[:, 1], [0, 2, 3, 8]) ^ (np.nan_to_num(values[:, 2]) > 0)
    data = xgb.DMatrix(values, label, feature_types=["c", "c", "q", "q", "q", "q"], enable_categorical=True)
    settings = {"max_depth": 4, "max_cat_to_onehot": 3, "eta": 0.5, "nthread": 1, "objective": "binary:logistic"}
    booster = xgb.train(settings, data, num_boost_round=15)
    asked = values[:80].copy()
    asked[:5, 0], asked[5:9, 1] = 11, 40
    trees = PackedTrees.of(booster, COLUMNS)
    assert trees is not None
    assert len(trees._of_codes) > 50
    np.testing.assert_allclose(trees.contributions(asked), xgboosts(booster, asked)[:, :-1], atol=3e-6)


def test_a_row_alone_has_the_values_that_it_has_among_others() -> None:
    booster, asked = trained(3), rows(20, seed=5)
    trees = PackedTrees.of(booster, COLUMNS)
    assert trees is not None
    alone = np.concatenate([trees.contributions(asked[at : at + 1]) for at in range(len(asked))])
    assert alone.tolist() == trees.contributions(asked).tolist()


def test_values_sum_to_the_margin() -> None:
    booster, asked = trained(4), rows(100, seed=6)
    trees = PackedTrees.of(booster, COLUMNS)
    assert trees is not None
    margin = booster.inplace_predict(asked, predict_type="margin")
    np.testing.assert_allclose(trees.contributions(asked).sum(axis=(1, 2)) + trees.base[0], margin, atol=1e-5)


def test_deep_trees_and_none_are_left_to_xgboost(monkeypatch: pytest.MonkeyPatch) -> None:
    assert PackedTrees.of(trained(3, rounds=0), COLUMNS) is None
    monkeypatch.setattr("scoring.packed_trees.MAX_CELLS", 100)
    assert PackedTrees.of(trained(3), COLUMNS) is None
