"""Vock et al. 2016 (J Biomed Inform 61:119-131): weighting by the inverse chance of having been seen undoes
censoring.
"""

from __future__ import annotations

import numpy as np
import pytest

from training.censoring import censoring_weights

DAY = np.timedelta64(1, "D").astype("timedelta64[us]")


def moments(days: np.ndarray) -> np.ndarray:
    return np.datetime64("2024-01-01", "us") + (days * DAY.astype(float)).astype("timedelta64[us]")


def test_weighted_rate_is_unbiased_where_quick_wins_are_seen_first() -> None:
    # Wins are known within 5 days, losses after 60 to 80: among what is known at day 100 wins are over-represented.
    rng = np.random.default_rng(0)
    start = rng.uniform(0, 100, 20_000)
    won = rng.random(20_000) < 0.3
    known = start + np.where(won, rng.uniform(0, 5, 20_000), rng.uniform(60, 80, 20_000))
    w = censoring_weights(moments(start), moments(known), moments(np.array([100.0]))[0], most=50.0)
    assert won[w > 0].mean() > 0.5
    assert np.average(won, weights=w) == pytest.approx(0.3, abs=0.02)


def test_weights_are_bounded_and_zero_for_the_unknown() -> None:
    start = np.arange(100.0)
    w = censoring_weights(moments(start), moments(start + 95), moments(np.array([100.0]))[0], most=10.0)
    assert w.max() == 10.0
    assert np.all(w[6:] == 0)
