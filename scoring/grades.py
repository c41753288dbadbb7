"""A to D from the thresholds that were learnt on the calibration part."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

WORST = "D"


def grade_thresholds(
    probabilities: NDArray[np.float64], weights: NDArray[np.float64], shares: Mapping[str, float]
) -> dict[str, float]:
    """Least probability of each grade, so that the best `shares[grade]` of the weight get it.

    >>> grade_thresholds(np.arange(10) / 10, np.ones(10), {"A": 0.2, "B": 0.3, "C": 0.3})
    {'A': 0.8, 'B': 0.5, 'C': 0.2}
    """
    order = np.argsort(-probabilities, kind="stable")
    cumulative = np.cumsum(weights[order]) / weights.sum()
    upper, thresholds = 0.0, {}
    for grade, share in shares.items():
        upper += share
        last = min(int(np.searchsorted(cumulative, upper - 1e-9)), len(order) - 1)
        thresholds[grade] = float(probabilities[order[last]])
    return thresholds


def grades_of(probabilities: NDArray[np.float64], thresholds: Mapping[str, float]) -> list[str]:
    """Grade of each probability.

    >>> grades_of(np.array([0.9, 0.3, 0.0]), {"A": 0.8, "B": 0.5, "C": 0.2})
    ['A', 'C', 'D']
    """
    grades = np.full(len(probabilities), WORST, dtype=object)
    for grade, least in sorted(thresholds.items(), key=lambda item: -item[1])[::-1]:  # the best one last
        grades[probabilities >= least] = grade
    told: list[str] = grades.tolist()
    return told
