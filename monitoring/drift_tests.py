"""Tests of one column between two windows: did its distribution change, or only its sample?

Numbers by Kolmogorov-Smirnov, categories (and numbers with few values) by chi-squared with rare values pooled, the
share of missing values by two proportions. All hold their level for every sample size; none says how large a change is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]
Method = Literal["kolmogorov_smirnov", "chi_squared", "missing_share", "none"]

# Cochran's rule: the chi-squared approximation wants at least this many expected rows in each cell.
MIN_EXPECTED = 5.0
# The value test of a column needs as many present values in each window.
MIN_PRESENT = 20


@dataclass(frozen=True)
class TestOutcome:
    """One test: the statistic of its method and the probability of one as large if nothing changed."""

    __test__ = False  # not a test class, whatever its name tells pytest

    method: Method
    statistic: float
    p_value: float


NO_TEST = TestOutcome("none", 0.0, 1.0)


def compare_numbers(reference: Floats, current: Floats) -> TestOutcome:
    """Two-sample Kolmogorov-Smirnov on the present values, asymptotic; ties make it cautious, never bold."""
    before, now = reference[~np.isnan(reference)], current[~np.isnan(current)]
    if min(before.size, now.size) < MIN_PRESENT:
        return NO_TEST
    result = stats.ks_2samp(before, now, method="asymp")
    return TestOutcome("kolmogorov_smirnov", float(result.statistic), float(result.pvalue))


def compare_counts(reference: Floats, current: Floats) -> TestOutcome:
    """Pearson's chi-squared on rows per category, shape [categories], the rare ones pooled."""
    if min(reference.sum(), current.sum()) < MIN_PRESENT:
        return NO_TEST
    table = pool_rare(np.vstack([reference, current]))
    if table.shape[1] < 2:
        return NO_TEST
    result = stats.chi2_contingency(table, correction=False)
    return TestOutcome("chi_squared", float(result.statistic), float(result.pvalue))


def pool_rare(table: Floats) -> Floats:
    """Counts [2, categories] with those that expect under `MIN_EXPECTED` rows in a window pooled into the last.

    What is rare is judged on both windows together, so pooling does not look at the change. A pool that is itself too
    small joins the smallest of the others.
    """
    totals = table.sum(axis=0)
    expected = totals * table.sum(axis=1).min() / table.sum()
    frequent = expected >= MIN_EXPECTED
    kept, pool = table[:, frequent], table[:, ~frequent].sum(axis=1)
    if pool.sum() == 0:
        return kept
    if expected[~frequent].sum() >= MIN_EXPECTED or kept.shape[1] == 0:
        return np.column_stack([kept, pool])
    kept[:, kept.sum(axis=0).argmin()] += pool
    return kept


def compare_shares(reference_hits: int, reference_rows: int, current_hits: int, current_rows: int) -> TestOutcome:
    """Two proportions: chi-squared where the counts allow it, else Fisher's exact test. The statistic is the change."""
    change = current_hits / current_rows - reference_hits / reference_rows
    table = np.array(
        [[reference_hits, reference_rows - reference_hits], [current_hits, current_rows - current_hits]], dtype=np.int64
    )
    if not table.sum(axis=0).all():
        return TestOutcome("missing_share", change, 1.0)
    if stats.contingency.expected_freq(table).min() >= MIN_EXPECTED:
        p_value = float(stats.chi2_contingency(table, correction=False).pvalue)
    else:
        p_value = float(stats.fisher_exact(table).pvalue)
    return TestOutcome("missing_share", change, p_value)


def compare_missing(reference: npt.NDArray[np.bool_], current: npt.NDArray[np.bool_]) -> TestOutcome:
    """Did the share of missing values change? Shapes [m] and [n], true where missing."""
    return compare_shares(int(reference.sum()), reference.size, int(current.sum()), current.size)


def shift_in_sd(reference: Floats, current: Floats) -> float:
    """Size of a change of numbers: Wasserstein distance over the standard deviation, both without the outer 1 % tails.

    A shift of the mean by half a standard deviation gives 0.5. It stays small where many rows share a value that moved
    a little, which PSI and Kolmogorov-Smirnov both take for a great change.

    >>> values = np.arange(1000.0)
    >>> round(shift_in_sd(values, values + 144.3), 1)
    0.5
    """
    before, now = reference[~np.isnan(reference)], current[~np.isnan(current)]
    if min(before.size, now.size) < MIN_PRESENT:
        return 0.0
    low, high = np.quantile(before, 0.01), np.quantile(before, 0.99)
    low, high = min(low, np.quantile(now, 0.01)), max(high, np.quantile(now, 0.99))
    before, now = np.clip(before, low, high), np.clip(now, low, high)
    spread = float(np.sqrt((before.var() + now.var()) / 2))
    return float(stats.wasserstein_distance(before, now)) / spread if spread else 0.0
