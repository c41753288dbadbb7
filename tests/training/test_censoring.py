"""Vock et al. 2016 (J Biomed Inform 61:119-131): weighting by the inverse chance of having been seen undoes
censoring.
"""

from __future__ import annotations

import numpy as np
import pytest

from training.censoring import NO_TIME, Outcomes, alike_from, censoring_weights

DAY = np.timedelta64(1, "D").astype("timedelta64[us]")


def moments(days: np.ndarray) -> np.ndarray:
    return np.datetime64("2024-01-01", "us") + (days * DAY.astype(float)).astype("timedelta64[us]")


NOW = moments(np.array([100.0]))[0]


def outcomes(start: np.ndarray, needed: np.ndarray, won: np.ndarray, horizon: float) -> Outcomes:
    return Outcomes(moments(start), moments(start + needed), moments(start + horizon), won)


def quick_wins(rows: int) -> Outcomes:
    """Wins are known within 5 days, losses after 60 to 80: among what is known at day 100 wins are over-represented."""
    rng = np.random.default_rng(0)
    start, won = rng.uniform(0, 100, rows), rng.random(rows) < 0.3
    return outcomes(start, np.where(won, rng.uniform(0, 5, rows), rng.uniform(60, 80, rows)), won, 80)


def test_weighted_rate_is_unbiased_where_quick_wins_are_seen_first() -> None:
    rows = quick_wins(20_000)
    w = censoring_weights(rows, rows, NOW, most=50.0)
    is_known = rows.known_at <= NOW
    assert rows.is_positive[is_known].mean() > 0.5
    assert np.average(rows.is_positive, weights=w) == pytest.approx(0.3, abs=0.02)


def test_weeks_of_which_only_wins_are_known_do_not_count() -> None:
    """A model would learn that the newest leads win."""
    rows = quick_wins(20_000)
    w = censoring_weights(rows, rows, NOW, most=50.0)
    assert alike_from(rows, NOW) / DAY == pytest.approx(60 + 20 / 1.5, abs=1)
    is_newest = rows.as_of > NOW - 72 * DAY
    assert (rows.is_positive & (rows.known_at <= NOW) & is_newest).sum() > 1000
    assert not w[is_newest].any()


def test_classes_that_are_as_quick_count_from_the_first_day() -> None:
    rng = np.random.default_rng(0)
    rows = outcomes(rng.uniform(0, 100, 9000), rng.uniform(0, 60, 9000), rng.random(9000) < 0.3, 60)
    assert alike_from(rows, NOW) / DAY < 2


def test_with_too_short_a_history_what_is_known_counts() -> None:
    rows = quick_wins(50)
    assert alike_from(rows, NOW) == NO_TIME
    assert (censoring_weights(rows, rows, NOW, most=50.0) > 0).sum() == (rows.known_at <= NOW).sum()


def test_weights_are_bounded_and_zero_for_the_unknown() -> None:
    start = np.arange(100.0)
    rows = outcomes(start, np.full(100, 95.0), np.arange(100) % 2 == 0, 95)
    w = censoring_weights(rows, rows, NOW, most=10.0)
    assert w.max() == 10.0
    assert np.all(w[6:] == 0)
