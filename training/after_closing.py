"""Values that go with one outcome and that no open lead has: they are written when a lead is closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.encoding import as_category, numbers_of
from training.dataset import Dataset, FeatureLike

MIN_ROWS = 50
MIN_VALUE_SHARE = 0.02  # of the closed leads
EXTREME = 0.05  # a value goes with one outcome when at most this share has the other
LEAST_EXPECTED = 12.0  # open leads that would have the value if it were spread alike
NEWEST_SHARE = 0.1
BINS = 10


@dataclass(frozen=True)
class Quarantined:
    """A column kept out of the model. reason: skill_alone, filled_when_closed, only_after_closing, identifier (proof)
    or out_of_line, one_outcome, changed_twin (suspicion); words: the evidence in a sentence.
    """

    column: str
    reason: str
    evidence: dict[str, float]
    words: str

    def to_json(self) -> dict[str, Any]:
        """As a training report has it."""
        return {"column": self.column, "reason": self.reason, "evidence": self.evidence, "words": self.words}


def only_after_closing(fit: Dataset, feature: FeatureLike, open_frame: pd.DataFrame | None) -> Quarantined | None:
    """The finding, or None. open_frame: rows of open leads as of now.

    With e expected and none seen, chance has the probability exp(-e) at most, 6 in a million at the least e here.
    """
    if open_frame is None or len(open_frame) < MIN_ROWS or feature.name not in open_frame.columns:
        return None
    column = fit.frame[feature.name]
    if not is_static(fit, column):
        return None
    first = newest_cases(fit)
    closed, still_open = _binned(feature, column.iloc[first], open_frame[feature.name])
    won, base = fit.is_positive[first], float(fit.is_positive[first].mean())
    for value in pd.unique(closed.dropna()):
        has = (closed == value).to_numpy()
        share, rate = float(has.mean()), float(won[has].mean())
        one_sided = rate >= 1 - EXTREME or rate <= EXTREME * base
        is_frequent = share >= MIN_VALUE_SHARE and share * len(open_frame) >= LEAST_EXPECTED
        if one_sided and is_frequent and not (still_open == value).any():
            return _found(feature.name, str(value), share, rate, len(open_frame))
    return None


def newest_cases(fit: Dataset) -> NDArray[np.intp]:
    """First row of each of the newest closed cases: older ones may differ from open ones for being older."""
    first = np.unique(fit.entity, return_index=True)[1]
    first = first[np.argsort(fit.group_at[first], kind="stable")]
    return first[-max(MIN_ROWS, int(NEWEST_SHARE * len(first))) :]


def _found(name: str, value: str, share: float, rate: float, open_count: int) -> Quarantined:
    words = (f"{name} is {value} for {share:.0%} of closed leads, of which {rate:.0%} are won, and for none of "
             f"{open_count:,} open ones: it is written at the end.")  # fmt: skip
    evidence = {"share_closed": round(share, 4), "win_rate": round(rate, 4), "open_rows": float(open_count)}
    return Quarantined(name, "only_after_closing", evidence, words)


def _binned(feature: FeatureLike, closed: pd.Series, still_open: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Both columns as categories; numbers by the deciles of the closed leads, a frequent number by itself."""
    if feature.kind != "number":
        return closed.map(as_category), still_open.map(as_category)
    numbers, others = numbers_of(closed), numbers_of(still_open)
    known = numbers[~np.isnan(numbers)]
    distinct, counts = np.unique(known, return_counts=True)
    frequent = distinct[counts >= MIN_VALUE_SHARE * len(numbers)]
    edges = np.unique(np.quantile(known, np.arange(1, BINS) / BINS)) if len(known) else known
    return _in_bins(numbers, edges, frequent), _in_bins(others, edges, frequent)


def _in_bins(numbers: NDArray[np.float64], edges: NDArray[np.float64], frequent: NDArray[np.float64]) -> pd.Series:
    """0 and 100 per cent are words, whatever lies between them: a frequent number is not taken with its neighbours."""
    names = np.array([f"up to {edge:.6g}" for edge in edges] + [f"above {edges[-1]:.6g}" if len(edges) else "known"])
    found = names[np.searchsorted(edges, numbers, side="left")].astype(object)
    is_frequent = np.isin(numbers, frequent)
    found[is_frequent] = [f"{number:.6g}" for number in numbers[is_frequent]]
    return pd.Series([None if gone else name for gone, name in zip(np.isnan(numbers), found, strict=True)])


def is_static(fit: Dataset, column: pd.Series) -> bool:
    """Whether the column stays as it is while a lead grows older; others differ between young and old leads
    honestly.
    """
    filled = column.notna().to_numpy()
    any_filled = np.bincount(fit.entity, weights=filled)
    rows = np.bincount(fit.entity)
    return bool(np.all((any_filled == 0) | (any_filled == rows)))
