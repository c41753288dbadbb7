from __future__ import annotations

import numpy as np
import pytest

from scoring.feature_spec import FeatureSpec
from scoring.scorecard import Scorecard
from training.spline_start import fit_splines

SPECS = [FeatureSpec("amount", "number", "", "")]


def fitted(values: np.ndarray, y: np.ndarray, strength: float = 10.0) -> Scorecard:
    encoded = values.astype(np.float32)[:, None]
    return Scorecard("x", *fit_splines(SPECS, encoded, y, np.ones(len(y)), 2, strength))


def at(card: Scorecard, *values: float) -> np.ndarray:
    return card.margin(np.array(values, dtype=np.float32)[:, None])[:, 0]


def test_curve_finds_a_hump_that_no_line_can() -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(-3, 3, 4000)
    y = (rng.random(4000) < np.where(np.abs(x) < 1, 0.8, 0.2)).astype(int)
    card = fitted(x, y)
    assert at(card, 0.0)[0] > 0.5
    assert max(at(card, -2.5, 2.5)) < -0.5


def test_heavy_tail_cannot_extrapolate() -> None:
    rng = np.random.default_rng(1)
    x = np.exp(rng.normal(0, 2, 3000))
    y = (rng.random(3000) < 1 / (1 + np.exp(-np.log(x)))).astype(int)
    low, high, far = at(fitted(x, y), 0.1, np.quantile(x, 0.98), 1e12)
    assert low < high
    assert far == pytest.approx(high, abs=1e-6)


def test_missing_values_have_a_point_of_their_own_and_nothing_else() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=2000)
    gone = rng.random(2000) < 0.3
    y = np.where(gone, rng.random(2000) < 0.9, rng.random(2000) < 0.3).astype(int)
    card = fitted(np.where(gone, np.nan, x), y)
    assert 1 / (1 + np.exp(-at(card, np.nan)[0])) == pytest.approx(y[gone].mean(), abs=0.03)
    assert 1 / (1 + np.exp(-at(card, 0.0)[0])) == pytest.approx(y[~gone].mean(), abs=0.05)
