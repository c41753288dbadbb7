"""Rates by channel and segment, each drawn towards what the others lead one to expect (empirical Bayes).

Column after column, a value's actual count of a class is set against the count expected from the columns before:
ln((actual + k) / (expected + k)). 1 / k is the variance of the true ratios between values, by the method of moments
(Bühlmann and Straub 1970; Marshall 1991): where values differ by no more than chance, k is large and nothing is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scoring.calibration import softmax
from scoring.scorecard import Term

Floats = NDArray[np.float64]
SEGMENT_COLUMNS = ("channel_id", "rfm_tier", "product", "industry", "region", "rep_team")
MIN_BETWEEN, MAX_BETWEEN = 1e-4, 4.0


def fit_rates(
    terms: Sequence[Term], encoded: NDArray[np.float32], y: NDArray[np.int_], w: Floats, rates: Floats
) -> list[Term]:
    """The terms with log ratios per class as points, [bins, classes]. rates: [classes] of all rows."""
    margin = np.tile(np.log(rates), (len(y), 1))
    fitted = []
    for term in terms:
        bins = term.bins(encoded[:, term.column])
        points = _log_ratios(bins, len(term.points), np.eye(len(rates))[y], softmax(margin), w)
        margin += points[bins]
        fitted.append(replace(term, points=points))
    return fitted


def _log_ratios(bins: NDArray[np.intp], count: int, actual: Floats, expected: Floats, w: Floats) -> Floats:
    """[count, classes] log of the shrunk ratio of actual to expected."""
    points = np.zeros((count, actual.shape[1]))
    for label in range(actual.shape[1]):
        had = np.bincount(bins, w * actual[:, label], count).astype(np.float64)
        foreseen = np.bincount(bins, w * expected[:, label], count).astype(np.float64)
        k = 1 / between_variance(had, foreseen)
        points[:, label] = np.log((had + k) / (foreseen + k))
    return points


def between_variance(actual: Floats, expected: Floats) -> float:
    """Variance of the true ratios of actual to expected, chance taken off, within bounds.

    >>> between_variance(np.array([10.0, 10.0]), np.array([10.0, 10.0]))
    0.0001
    """
    seen = expected > 0
    if int(seen.sum()) < 2:
        return MIN_BETWEEN
    total = float(expected[seen].sum())
    spread = float(np.sum(expected[seen] * (actual[seen] / expected[seen] - 1) ** 2))
    room = total - float(np.sum(expected[seen] ** 2)) / total
    between = (spread - (int(seen.sum()) - 1)) / max(room, 1e-12)
    return float(np.clip(between, MIN_BETWEEN, MAX_BETWEEN))
