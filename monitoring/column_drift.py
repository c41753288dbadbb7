"""Drift of many columns between two windows, with one false-alarm rate for all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from configs.sections import Monitoring
from monitoring import drift_tests
from monitoring.drift_sentences import describe_change
from monitoring.drift_tests import TestOutcome
from monitoring.psi import Psi, count_numbers, learn_edges, psi_of_counts
from monitoring.sources import Column
from monitoring.summaries import Summary, summarise_categories, summarise_numbers
from monitoring.texts import Text

# A number with no more distinct values is compared value by value: ties blunt Kolmogorov-Smirnov.
MAX_VALUES_AS_CATEGORIES = 10
# Categories beyond the most frequent ones count as one.
MAX_CATEGORIES = 20


@dataclass(frozen=True)
class ColumnDrift:
    """The verdict on one column.

    `p_value` covers values and missing share together; `q_value` is that after Benjamini-Hochberg over all columns.
    `is_drifted` asks for both: q_value <= alpha and an effect above the floors of the settings.
    """

    column: str
    kind: Literal["number", "category"]
    unit: str | None
    name: Text
    method: str
    statistic: float
    p_value: float
    q_value: float
    psi: float
    psi_limit: float
    psi_excess: float
    shift_sd: float | None  # numbers only
    missing_change: float
    is_large_enough: bool
    is_drifted: bool
    reference: Summary
    current: Summary
    text: Text

    def to_json(self) -> dict[str, Any]:
        """The verdict with both summaries, for JSON."""
        plain = {key: value for key, value in vars(self).items() if key not in {"name", "text", "reference", "current"}}
        summaries = {"reference": self.reference.to_json(), "current": self.current.to_json()}
        return {**plain, **self.text.to_json(), "name": self.name.to_json(), **summaries}


def detect_drift(
    reference: pd.DataFrame, current: pd.DataFrame, columns: Sequence[Column], settings: Monitoring
) -> list[ColumnDrift]:
    """Compare every column of two windows; the most certain drift first.

    Holds the false-alarm rate: where no column changed, at most `settings.alpha` of all reports hold a drifted column.

    Parameters
    ----------
    reference, current: one row per lead, each column of `columns` in both.

    Raises
    ------
    WindowError: a window has no rows.
    """
    verdicts = [compare_column(reference[column.name], current[column.name], column, settings) for column in columns]
    adjusted = adjust(verdicts, settings.alpha)
    return sorted(
        adjusted, key=lambda verdict: (not verdict.is_drifted, verdict.q_value, -verdict.psi_excess, verdict.column)
    )


def adjust(verdicts: Sequence[ColumnDrift], alpha: float) -> list[ColumnDrift]:
    """Verdicts with q-values by Benjamini-Hochberg (J. R. Stat. Soc. B 57, 1995) over all of them."""
    if not verdicts:
        return []
    q_values = stats.false_discovery_control([verdict.p_value for verdict in verdicts], method="bh")
    return [
        replace(verdict, q_value=float(q), is_drifted=bool(q <= alpha) and verdict.is_large_enough)
        for verdict, q in zip(verdicts, q_values, strict=True)
    ]


def compare_column(
    reference: pd.Series[Any], current: pd.Series[Any], column: Column, settings: Monitoring
) -> ColumnDrift:
    """One column on its own: q_value is still the p_value, and nothing is called drifted yet."""
    if column.kind == "number":
        before, now = as_numbers(reference), as_numbers(current)
        values = _compare_numbers(before, now, settings)
        summaries: tuple[Summary, Summary] = (summarise_numbers(before), summarise_numbers(now))
    else:
        labels_before, labels_now = as_labels(reference), as_labels(current)
        values = _compare_labels(labels_before, labels_now, settings)
        summaries = (summarise_categories(labels_before), summarise_categories(labels_now))
    missing = drift_tests.compare_missing(reference.isna().to_numpy(), current.isna().to_numpy())
    return _verdict(column, values, missing, summaries, settings)


def as_numbers(values: pd.Series[Any]) -> npt.NDArray[np.float64]:
    """Values as floats, shape [rows]; NaN where missing or infinite."""
    floats: npt.NDArray[np.float64] = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(floats), floats, np.nan)


def as_labels(values: pd.Series[Any]) -> pd.Series[str]:
    """Values as text; None where missing."""
    return values.astype(object).where(values.notna(), None).map(lambda value: None if value is None else str(value))


@dataclass(frozen=True)
class _ValueChange:
    outcome: TestOutcome
    psi: Psi
    shift_sd: float | None


def _compare_numbers(
    before: npt.NDArray[np.float64], now: npt.NDArray[np.float64], settings: Monitoring
) -> _ValueChange:
    both = np.concatenate([before, now])
    if np.unique(both[~np.isnan(both)]).size <= MAX_VALUES_AS_CATEGORIES:
        change = _compare_labels(as_labels(pd.Series(before)), as_labels(pd.Series(now)), settings)
        return replace(change, shift_sd=drift_tests.shift_in_sd(before, now))
    edges = learn_edges(before, settings.psi_bins)
    psi = psi_of_counts(count_numbers(before, edges), count_numbers(now, edges), settings.alpha)
    return _ValueChange(drift_tests.compare_numbers(before, now), psi, drift_tests.shift_in_sd(before, now))


def _compare_labels(before: pd.Series[str], now: pd.Series[str], settings: Monitoring) -> _ValueChange:
    counts = pd.DataFrame({"before": before.value_counts(), "now": now.value_counts()}).fillna(0.0)
    counts = counts.loc[counts.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    table = counts.to_numpy(dtype=np.float64).T
    if table.shape[1] > MAX_CATEGORIES:
        table = np.column_stack([table[:, :MAX_CATEGORIES], table[:, MAX_CATEGORIES:].sum(axis=1)])
    missing = np.array([before.isna().sum(), now.isna().sum()], dtype=np.float64)
    binned = np.column_stack([table, missing])
    return _ValueChange(drift_tests.compare_counts(*table), psi_of_counts(binned[0], binned[1], settings.alpha), None)


def _verdict(
    column: Column, values: _ValueChange, missing: TestOutcome, summaries: tuple[Summary, Summary], settings: Monitoring
) -> ColumnDrift:
    before, now = summaries
    # Two looks at one column cost a factor of two, but only where a missing value makes the second look possible.
    looks = 2 if before.missing_share or now.missing_share else 1
    leading = values.outcome if values.outcome.p_value <= missing.p_value else missing
    p_value = min(1.0, looks * leading.p_value)
    is_shifted = values.shift_sd is None or values.shift_sd >= settings.shift_floor_sd
    is_missing_changed = abs(missing.statistic) >= settings.missing_floor
    return ColumnDrift(
        column=column.name,
        kind=column.kind,
        unit=column.unit,
        name=Text(column.en, column.zh),
        method=leading.method,
        statistic=leading.statistic,
        p_value=p_value,
        q_value=p_value,
        psi=values.psi.value,
        psi_limit=values.psi.limit,
        psi_excess=values.psi.excess,
        shift_sd=values.shift_sd,
        missing_change=missing.statistic,
        is_large_enough=values.psi.excess >= settings.psi_floor and (is_shifted or is_missing_changed),
        is_drifted=False,
        reference=before,
        current=now,
        text=describe_change(column, before, now, values.psi.excess),
    )
