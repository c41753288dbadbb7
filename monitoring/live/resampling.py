"""Intervals of weighted figures by resampling whole leads: a lead's scores are no independent evidence (cluster
bootstrap; A. Davison and D. Hinkley, "Bootstrap Methods and their Application", 1997, ch. 3.8).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from monitoring.intervals import CONFIDENCE, Interval

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
# Larger groups need fewer samples for as steady an interval.
MAX_CELLS = 4_000_000
MIN_SAMPLES = 40


def count_samples(rows: int, samples: int) -> int:
    """How many samples a group of this size gets.

    >>> count_samples(1_000, 200), count_samples(100_000, 200)
    (200, 40)
    """
    return max(min(MIN_SAMPLES, samples), min(samples, MAX_CELLS // max(rows, 1)))


def intervals_of(
    figures: Callable[[Floats], Mapping[str, float]], weights: Floats, leads: Codes, samples: int, seed: int
) -> dict[str, Interval | None]:
    """95 % percentile interval of each figure; None where a figure is not defined in most samples.

    Parameters
    ----------
    figures: from row weights (0 leaves a row out) to figures by name.
    weights: [rows]. leads: [rows], which lead each row is of, 0 to m - 1.
    """
    rng = np.random.default_rng(seed)
    size = int(leads.max()) + 1
    drawn = [
        figures(weights * np.bincount(rng.integers(0, size, size), minlength=size)[leads])
        for _ in range(count_samples(len(weights), samples))
    ]
    return {name: percentile_interval(np.array([one[name] for one in drawn])) for name in drawn[0]}


def percentile_interval(values: Floats) -> Interval | None:
    """The middle 95 % of the values that are defined; None where fewer than half are."""
    defined = values[np.isfinite(values)]
    if defined.size * 2 < values.size or defined.size == 0:
        return None
    low, high = np.quantile(defined, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(float(low), float(high))
