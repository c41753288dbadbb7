from __future__ import annotations

import numpy as np
import pytest

from crm_core.recognition.shrinkage import Usual, estimate

SCALE = (1.0, 5.0)
SCORES = np.array([1, 2, 3, 4, 5])


def test_it_is_millers_rule_where_the_prior_is_flat() -> None:
    """Evan Miller, Ranking Items With Star Ratings: one rating of each kind beforehand, z = 1.65."""
    flat, counts = Usual(3.0, 11.0), np.array([2, 0, 1, 3, 4])
    found = estimate(np.repeat(SCORES, counts).tolist(), flat, 5, 0.9, SCALE)
    share = (counts + 1) / (counts.sum() + 5)
    mean = float((SCORES * share).sum())
    spread = float(((SCORES**2 * share).sum() - mean**2) / (counts.sum() + 5 + 1)) ** 0.5
    assert (found.shrunk, found.low) == pytest.approx((mean, mean - 1.645 * spread), rel=1e-3)


def test_more_ratings_move_further_from_the_usual_and_narrow_the_interval() -> None:
    usual = Usual(4.0, 16.5)
    one, many = (estimate([5.0] * count, usual, 10, 0.9, SCALE) for count in (1, 50))
    assert usual.mean < one.shrunk < many.shrunk < many.mean == 5
    assert many.high - many.low < one.high - one.low
    assert many.high <= 5


def test_equal_scores_still_leave_doubt() -> None:
    found = estimate([5.0] * 5, Usual.of([5.0] * 5, SCALE), 10, 0.9, SCALE)
    assert found.low < found.shrunk < 5


def test_the_interval_holds_what_it_promises() -> None:
    """Reps drawn from the very prior: nine intervals of ten hold the rep's true mean."""
    rng, prior = np.random.default_rng(3), 10
    share = np.array([0.05, 0.05, 0.15, 0.35, 0.4])
    usual = Usual(float((SCORES * share).sum()), float((SCORES**2 * share).sum()))
    held = 0
    for _ in range(2000):
        own = rng.dirichlet(prior * share)
        scores = rng.choice(SCORES, int(rng.integers(1, 40)), p=own).astype(float).tolist()
        found = estimate(scores, usual, prior, 0.9, SCALE)
        held += found.low <= float((SCORES * own).sum()) <= found.high
    assert 0.87 < held / 2000 < 0.93
