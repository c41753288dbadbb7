"""Learn the ranges of probabilities (scoring/ranges.py) from cases that the model was not fit on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from scoring.calibration import logit

Floats = NDArray[np.float64]
TAIL = 0.1
MAX_BINS = 20
LEAST_CASES = 50  # of a bin


def range_table(
    margin: Floats, p: Floats, y: NDArray[np.int_], w: Floats, entity: NDArray[np.int_]
) -> dict[str, list[float]]:
    """The table of `ranges_of`; bins hold about equally many cases. p: calibrated probabilities [n] of the rows.

    Rows of one lead are one case: a bin's rate counts as if seen on as many cases as it has leads. A bin's distance
    from its mean probability has two variances: chance in as many cases, 1 / wins + 1 / losses, and how far bins stray
    beyond chance, one figure for all: the mean square distance less the mean of the first (moment estimate of
    DerSimonian and Laird 1986). Which way a bin strayed is not carried on: the next months' error is another.
    """
    bins = int(np.clip(len(np.unique(entity)) // LEAST_CASES, 1, MAX_BINS))
    edges = np.unique(np.quantile(margin, np.arange(1, bins) / bins)) if bins > 1 else np.empty(0)
    bin_of = np.searchsorted(edges, margin, side="right")
    seen = np.array([_seen(p[rows], y[rows], w[rows], entity[rows]) for rows in _each(bin_of, len(edges) + 1)])
    distance, by_chance, count = seen.T
    straying = max(float((distance**2 - by_chance)[count > 0].mean()), 0.0)
    half = norm.ppf(1 - TAIL) * np.sqrt(straying + by_chance)
    return {"edges": edges.tolist(), "low": (-half).tolist(), "high": half.tolist(), "count": count.tolist()}


def _each(bin_of: NDArray[np.intp], bins: int) -> list[NDArray[np.bool_]]:
    return [bin_of == number for number in range(bins)]


def _seen(p: Floats, y: NDArray[np.int_], w: Floats, entity: NDArray[np.int_]) -> tuple[float, float, float]:
    """Of a bin: log-odds of its rate less those of its mean probability, their variance by chance, and its cases.

    Half a case is added to wins and losses (Haldane 1956; Gart and Zweifel 1967), so that both are finite.
    """
    cases = len(np.unique(entity))
    rate, said = (float(np.average(values, weights=w)) if cases else 0.5 for values in (y, p))
    won, lost = cases * rate + 0.5, cases * (1 - rate) + 0.5
    distance = float(np.log(won / lost) - logit(np.array([said]))[0])
    return distance, 1 / won + 1 / lost, float(cases)
