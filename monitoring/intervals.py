"""Confidence intervals of what is shown."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy import stats

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """Where the true share lies, with 95 % confidence."""

    low: float
    high: float


def wilson(hits: int, rows: int) -> Interval:
    """Wilson's score interval of a share (J. Am. Stat. Assoc. 22, 1927); the whole of 0..1 where there are no rows.

    >>> interval = wilson(12, 100)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.07, 0.198)
    """
    if rows == 0:
        return Interval(0.0, 1.0)
    z = float(stats.norm.ppf((1 + CONFIDENCE) / 2))
    share = hits / rows
    middle = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z * sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows)) / (1 + z * z / rows)
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def most_summed(values: npt.NDArray[np.float64], largest: float) -> float:
    """Upper end of the interval of a sum over events that come by chance, each with its value (Fay and Feuer,
    Statistics in Medicine 16, 1997); `largest`: the most that one more might bring. Of values of 1 it is Garwood's.

    >>> round(most_summed(np.ones(2), 1.0), 2), round(most_summed(np.array([]), 100.0))
    (7.22, 369)
    """
    total, squares = float(values.sum()) + largest, float((values**2).sum()) + largest**2
    degrees = 2 * total**2 / squares
    return squares / (2 * total) * float(stats.chi2.ppf((1 + CONFIDENCE) / 2, degrees))
