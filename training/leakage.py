"""Columns that know the outcome, found before any fit and kept out with their evidence.

First form: skill of one column alone, filled far more often for closed than for open leads, identifiers. All of it is
measured on the fit part; the test part is not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from configs.sections import Leakage
from scoring.encoding import as_category, numbers_of
from scoring.metrics import roc_auc
from training.dataset import Dataset, FeatureLike

Floats = NDArray[np.float64]
MIN_ROWS = 50
IDENTIFIER_SHARE = 0.5  # distinct values per filled row (one row per entity)
SMOOTHING = 1.0


@dataclass(frozen=True)
class Quarantined:
    """A column kept out of the model. reason: skill_alone, filled_when_closed or identifier; words: the evidence in a
    sentence.
    """

    column: str
    reason: str
    evidence: dict[str, float]
    words: str

    def to_json(self) -> dict[str, Any]:
        """As a training report has it."""
        return {"column": self.column, "reason": self.reason, "evidence": self.evidence, "words": self.words}


def quarantine(fit: Dataset, open_frame: pd.DataFrame | None, settings: Leakage) -> list[Quarantined]:
    """Columns that must not be learnt from; those that the mapping accepts by name are not suspected.

    open_frame: rows of open leads as of now, None where there are none to compare with.
    """
    suspects = (feature for feature in fit.features if not feature.is_accepted)
    found = (_examine(fit, feature, open_frame, settings) for feature in suspects)
    return [suspect for suspect in found if suspect is not None]


def _examine(
    fit: Dataset, feature: FeatureLike, open_frame: pd.DataFrame | None, settings: Leakage
) -> Quarantined | None:
    column = fit.frame[feature.name]
    return (
        _identifier(fit, feature, column)
        or _skill(fit, feature, column, settings)
        or _filled(fit, feature.name, column, open_frame, settings)
    )


def _identifier(fit: Dataset, feature: FeatureLike, column: pd.Series) -> Quarantined | None:
    if feature.kind != "category":
        return None
    first = np.unique(fit.entity, return_index=True)[1]
    filled = column.iloc[first].dropna().map(as_category)
    distinct = filled.nunique()
    if len(filled) < MIN_ROWS or distinct <= IDENTIFIER_SHARE * len(filled):
        return None
    words = f"{feature.name} names rows rather than describing them: {distinct:,} values in {len(filled):,} cases."
    return Quarantined(feature.name, "identifier", {"distinct": float(distinct), "rows": float(len(filled))}, words)


def _skill(fit: Dataset, feature: FeatureLike, column: pd.Series, settings: Leakage) -> Quarantined | None:
    auc = single_auc(fit, feature, column)
    if not auc > settings.max_single_auc:
        return None
    words = f"{feature.name} alone tells the outcome apart with an AUC of {auc:.3f}, above {settings.max_single_auc}."
    evidence = {"single_auc": round(auc, 4), "limit": settings.max_single_auc, "rows": float(len(fit))}
    return Quarantined(feature.name, "skill_alone", evidence, words)


def single_auc(fit: Dataset, feature: FeatureLike, column: pd.Series) -> float:
    """AUC of one column alone, in its better direction; whether it is filled counts as well."""
    y, w = fit.is_positive.astype(np.int_), fit.w
    if feature.kind == "number":
        values = numbers_of(column)
        missing = np.isnan(values)
        scores = [missing.astype(float)]
        # A missing value stands on the side that fits the outcome better.
        scores += [np.where(missing, side, values) for side in (-np.inf, np.inf)] if not missing.all() else []
    else:
        scores = [_rates_of_others(column, y, fit.entity)]
    areas = [roc_auc(y, np.nan_to_num(score, posinf=1e300, neginf=-1e300), w) for score in scores]
    return max(max(area, 1 - area) for area in areas)


def _rates_of_others(column: pd.Series, y: NDArray[np.int_], entity: NDArray[np.int_]) -> Floats:
    """Rate of each row's value in the other half of the entities: a rare value cannot tell its own outcome."""
    codes = pd.factorize(column.map(as_category), use_na_sentinel=False)[0]
    half, count, score = entity % 2, int(codes.max()) + 1, np.zeros(len(y))
    for own in (0, 1):
        other = half != own
        wins = np.bincount(codes[other], weights=y[other], minlength=count)
        rows = np.bincount(codes[other], minlength=count)
        mean = y[other].mean() if other.any() else 0.0
        score[half == own] = ((wins + SMOOTHING * mean) / (rows + SMOOTHING))[codes[half == own]]
    return score


def _filled(
    fit: Dataset, name: str, column: pd.Series, open_frame: pd.DataFrame | None, settings: Leakage
) -> Quarantined | None:
    if (
        open_frame is None
        or len(open_frame) < MIN_ROWS
        or name not in open_frame.columns
        or not _is_static(fit, column)
    ):
        return None
    closed, still_open = float(column.notna().mean()), float(open_frame[name].notna().mean())
    if closed - still_open <= settings.max_fill_gap:
        return None
    words = f"{name} is filled for {closed:.0%} of closed and {still_open:.0%} of open leads: it is filled at the end."
    evidence = {"filled_closed": round(closed, 4), "filled_open": round(still_open, 4), "limit": settings.max_fill_gap}
    return Quarantined(name, "filled_when_closed", evidence, words)


def _is_static(fit: Dataset, column: pd.Series) -> bool:
    """Whether the column stays as it is while a lead grows older; others differ between young and old leads
    honestly.
    """
    filled = column.notna().to_numpy()
    any_filled = np.bincount(fit.entity, weights=filled)
    rows = np.bincount(fit.entity)
    return bool(np.all((any_filled == 0) | (any_filled == rows)))
