"""Against scikit-learn, with weights and ties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn import metrics as sk

from scoring.metrics import (
    average_precision,
    brier,
    ece,
    lift_at,
    log_loss,
    macro_f1,
    multiclass_metrics,
    reliability,
    roc_auc,
)


@pytest.fixture(params=range(6))
def sample(request: pytest.FixtureRequest) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(request.param)
    p = np.round(rng.beta(1, 3, 500), request.param + 1)  # rounded: ties
    return (rng.random(500) < p).astype(int), np.clip(p, 0.01, 0.99), rng.uniform(0.2, 3, 500)


def test_binary_metrics_are_those_of_scikit_learn(sample: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    y, p, w = sample
    assert roc_auc(y, p, w) == pytest.approx(sk.roc_auc_score(y, p, sample_weight=w))
    assert average_precision(y, p, w) == pytest.approx(sk.average_precision_score(y, p, sample_weight=w))
    assert log_loss(y, p, w) == pytest.approx(sk.log_loss(y, p, sample_weight=w))
    assert brier(y, p, w) == pytest.approx(sk.brier_score_loss(y, p, sample_weight=w))


def test_multiclass_metrics_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    p, w = rng.dirichlet([1, 4, 1], 400), rng.uniform(0.2, 3, 400)
    y = np.array([rng.choice(3, p=row) for row in p])
    found = multiclass_metrics(y, p, w)
    assert found["log_loss"] == pytest.approx(sk.log_loss(y, p, sample_weight=w))
    assert found["accuracy"] == pytest.approx(sk.accuracy_score(y, p.argmax(1), sample_weight=w))
    assert found["macro_f1"] == pytest.approx(sk.f1_score(y, p.argmax(1), average="macro", sample_weight=w))
    assert macro_f1(y, p.argmax(1), w, 3) == found["macro_f1"]


def test_calibration_error_of_a_constant_is_its_distance_from_the_rate() -> None:
    y = np.array([1] * 30 + [0] * 70)
    np.random.default_rng(0).shuffle(y)
    assert ece(y, np.full(100, 0.5), np.ones(100), bins=1) == pytest.approx(0.2)


def test_calibration_error_of_the_truth_is_small_and_bins_have_equal_weight() -> None:
    rng = np.random.default_rng(0)
    p, w = rng.random(50_000), rng.uniform(0.5, 2, 50_000)
    y = (rng.random(50_000) < p).astype(int)
    assert ece(y, p, w) < 0.01
    weights = [row["weight"] for row in reliability(y, p, w)]
    assert max(weights) / min(weights) < 1.01


def test_lift_of_a_perfect_order_is_the_inverse_of_the_rate_and_of_a_constant_one() -> None:
    y = np.array([1] * 20 + [0] * 80)
    w = np.ones(100)
    assert lift_at(y, y.astype(float), w, 0.1) == pytest.approx(5)
    assert lift_at(y, np.full(100, 0.3), w, 0.1) == pytest.approx(1)


def test_undefined_metrics_are_nan_not_a_plausible_number() -> None:
    y, p, w = np.zeros(5, dtype=int), np.linspace(0, 1, 5), np.ones(5)
    assert math.isnan(roc_auc(y, p, w))
    assert math.isnan(average_precision(y, p, w))
    assert math.isnan(lift_at(y, p, w, 0.1))
