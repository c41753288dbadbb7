"""Learn the ranges of probabilities (scoring/ranges.py) from cases that the model was not fit on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from scoring.calibration import logit

Floats = NDArray[np.float64]
TAIL = 0.1
MAX_BINS = 20
LEAST_CASES = 50  # of a bin


def range_table(
    margin: Floats, p: Floats, y: NDArray[np.int_], w: Floats, entity: NDArray[np.int_]
) -> dict[str, list[float]]:
    """The table of `ranges_of`; bins hold about equally many cases. p: calibrated probabilities [n] of the rows.

    Rows of one lead are one case: a bin's rate counts as if seen on as many cases as it has leads.
    """
    bins = int(np.clip(len(np.unique(entity)) // LEAST_CASES, 1, MAX_BINS))
    edges = np.unique(np.quantile(margin, np.arange(1, bins) / bins)) if bins > 1 else np.empty(0)
    bin_of = np.searchsorted(edges, margin, side="right")
    table: dict[str, list[float]] = {"edges": [float(edge) for edge in edges], "low": [], "high": [], "count": []}
    for number in range(len(edges) + 1):
        rows = bin_of == number
        cases = len(np.unique(entity[rows]))
        low, high = _distances(p[rows], y[rows], w[rows], cases)
        table["low"].append(low)
        table["high"].append(high)
        table["count"].append(float(cases))
    return table


def _distances(p: Floats, y: NDArray[np.int_], w: Floats, cases: int) -> tuple[float, float]:
    if not cases:
        return -2.0, 2.0
    said, rate = float(np.average(p, weights=w)), float(np.average(y, weights=w))
    edges = beta.ppf([TAIL, 1 - TAIL], cases * rate + 0.5, cases * (1 - rate) + 0.5)
    distances = logit(np.array(edges)) - logit(np.array([said]))[0]
    return min(float(distances[0]), 0.0), max(float(distances[1]), 0.0)
