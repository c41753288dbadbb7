"""Population stability index, with the limit that its sampling error gives it.

    PSI = sum_b (q_b - p_b) ln(q_b / p_b)        p: reference shares, q: current shares of the bins

With m reference and n current rows from one distribution, PSI / (1/n + 1/m) is about chi-squared with bins - 1
degrees of freedom. So a fixed limit such as 0.1 cries wolf for small samples and sleeps over large ones; the quantile
times (1/n + 1/m) does neither.

Source: B. Yurdakul, J. Naranjo, "Statistical properties of the population stability index", Journal of Risk Model
Validation 14(4), 2020.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from monitoring.errors import WindowError

Counts = npt.NDArray[np.float64]

# Half a row per bin keeps an empty bin from making the index infinite (Jeffreys' prior).
SMOOTHING = 0.5


@dataclass(frozen=True)
class Psi:
    """The index of one column: value, what chance alone may give, and what remains beyond chance."""

    value: float
    limit: float  # the (1 - alpha) quantile of the index when nothing changed
    excess: float  # value less its mean under no change, at least 0: an effect size that sample size does not inflate
    bins: int


def psi_of_counts(reference: Counts, current: Counts, alpha: float) -> Psi:
    """The index of two count vectors over the same bins.

    Parameters
    ----------
    reference, current: rows per bin, shape [bins]; bins empty in both are left out.
    alpha: false-alarm rate of the limit, in (0, 1).

    Raises
    ------
    WindowError: a window has no rows.

    >>> psi = psi_of_counts(np.array([880.0, 120.0]), np.array([610.0, 390.0]), alpha=0.05)
    >>> round(psi.value, 2), round(psi.limit, 4)
    (0.42, 0.0077)
    """
    m, n = float(reference.sum()), float(current.sum())
    if m == 0 or n == 0:
        raise WindowError(
            f"PSI needs rows in both windows, but got {m:.0f} in the reference and {n:.0f} in the current one."
        )
    filled = (reference + current) > 0
    p = _shares(reference[filled])
    q = _shares(current[filled])
    bins = int(filled.sum())
    spread = 1 / n + 1 / m
    value = float(np.sum((q - p) * np.log(q / p)))
    limit = float(stats.chi2.ppf(1 - alpha, bins - 1)) * spread if bins > 1 else 0.0
    return Psi(value=value, limit=limit, excess=max(0.0, value - (bins - 1) * spread), bins=bins)


def learn_edges(reference: npt.NDArray[np.float64], bins: int) -> npt.NDArray[np.float64]:
    """Inner edges of bins with about equal numbers of reference rows, shape [<= bins - 1], rising, without repeats.

    Values that many rows share give fewer bins; NaN is ignored.
    """
    present = reference[~np.isnan(reference)]
    if present.size == 0:
        return np.empty(0)
    return np.unique(np.quantile(present, np.arange(1, bins) / bins, method="inverted_cdf"))


def count_numbers(values: npt.NDArray[np.float64], edges: npt.NDArray[np.float64]) -> Counts:
    """Rows per bin, shape [edges + 2]; a value on an edge belongs below it; the last bin holds what is missing."""
    missing = np.isnan(values)
    inside = np.bincount(np.searchsorted(edges, values[~missing], side="left"), minlength=len(edges) + 1)
    return np.append(inside, missing.sum()).astype(np.float64)


def _shares(counts: Counts) -> npt.NDArray[np.float64]:
    smoothed = counts + SMOOTHING
    shares: npt.NDArray[np.float64] = smoothed / smoothed.sum()
    return shares
