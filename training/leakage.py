"""Columns that know the outcome, found before any fit and kept out with their evidence.

Proof: the column alone tells the outcome apart, is filled far more often for closed than for open leads, or holds
values that go with one outcome and that no open lead has; or it names rows. Suspicion: its skill alone is far above
that of the other columns, a frequent value goes with one outcome alone, it tells the day of the end, or it differs from
a column of the same meaning where the outcome is one. Both are kept out unless the mapping accepts the column. All of
it is measured on the fit part; the test part is not looked at. What a CRM recorded or changed after the landmark never
comes so far: features are made of what was known by then.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from configs.sections import Leakage
from scoring.encoding import as_category, numbers_of
from scoring.metrics import roc_auc
from training.after_closing import LEAST_EXPECTED, MIN_ROWS, Quarantined, is_static, newest_cases, only_after_closing
from training.dataset import Dataset, FeatureLike
from training.one_outcome import one_outcome
from training.tells_the_end import tells_the_end
from training.twins import twins

Floats = NDArray[np.float64]
IDENTIFIER_SHARE = 0.5  # distinct values per filled row (one row per entity)
SMOOTHING = 1.0
MOST_LOST = 0.5  # share of the rows not won whose loss is on record, from which the others are left out
NEVER = 0.02  # filled for open leads at most this part of as often as for closed ones
ATTRIBUTE = "attr_"  # our own features are made of what was known; the export's columns may not be


def quarantine(
    fit: Dataset, open_frame: pd.DataFrame | None, settings: Leakage, since: Dataset | None = None
) -> list[Quarantined]:
    """Columns that must not be learnt from; those that the mapping accepts by name are not suspected.

    open_frame: rows of open leads as of now, None where there are none to compare with. since: the rows of fit and
    later ones with what was known by the start of the test.
    """
    later = () if since is None else (since, decided(since))
    whole, fit = fit, decided(fit)
    suspects = [feature for feature in fit.features if not feature.is_accepted]
    skills = {feature.name: single_auc(fit, feature, fit.frame[feature.name]) for feature in fit.features}
    found = [_proof(fit, feature, skills[feature.name], open_frame, settings) for feature in suspects]
    kept_out = {one.column: one for one in found if one is not None}
    own = [one for one in suspects if one.name.startswith(ATTRIBUTE) and one.name not in kept_out]
    alone = [one_outcome(whole, feature, fit, later) for feature in own]
    # Where losses are not recorded the end of the horizon is not the lead's.
    ends = [tells_the_end(fit, feature) for feature in own] if fit is not whole else []
    kept_out |= {one.column: one for one in (*alone, *ends) if one is not None}
    left = {name: skill for name, skill in skills.items() if name not in kept_out}
    own = [feature for feature in own if feature.name in left]
    kept_out |= {one.column: one for one in _out_of_line(fit, own, left, settings)}
    changed = twins(fit, [feature for feature in own if feature.name not in kept_out], skills)
    return [*kept_out.values(), *changed]


def decided(fit: Dataset) -> Dataset:
    """The rows that were won or lost before the horizon ended, where most of those not won were lost by then.

    A win that came later counts as lost for the model, but what was written of it says won: a probability of 100 %
    would not look like proof. Where losses are not recorded, all rows are looked at.
    """
    is_lost = ~fit.is_positive & (fit.known_at < fit.max_known_at)
    if is_lost.sum() < max(MIN_ROWS, MOST_LOST * (~fit.is_positive).sum()):
        return fit
    return fit.take(fit.is_positive | is_lost)


def _proof(
    fit: Dataset, feature: FeatureLike, skill: float, open_frame: pd.DataFrame | None, settings: Leakage
) -> Quarantined | None:
    column = fit.frame[feature.name]
    alone = _identifier(fit, feature, column) or _skill(fit, feature, skill, settings)
    # Ours differ between closed and open leads for honest reasons: open ones are newer, and a channel grows.
    if alone or not feature.name.startswith(ATTRIBUTE):
        return alone
    return _filled(fit, feature.name, column, open_frame, settings) or only_after_closing(fit, feature, open_frame)


def _out_of_line(
    fit: Dataset, features: list[FeatureLike], skills: dict[str, float], settings: Leakage
) -> list[Quarantined]:
    """Attributes whose skill beyond chance is both high and a multiple of the best column's that is not suspicious.

    An export has many columns of the end at once, and none of them makes the others usual.
    """
    high = {feature.name for feature in features if skills[feature.name] > settings.suspect_auc}
    best = max([skill for name, skill in skills.items() if name not in high], default=0.5)
    limit = max(settings.suspect_auc, 0.5 + settings.suspect_factor * (best - 0.5))
    found = []
    for feature in features:
        skill = skills[feature.name]
        if skill > limit:
            words = (f"{feature.name} alone reaches an AUC of {skill:.3f}, the best of the others that are "
                     f"not suspected {best:.3f}: it may be "
                     f"filled when the outcome is known. Name it under `accept` if it is not.")  # fmt: skip
            evidence = {"single_auc": round(skill, 4), "next_auc": round(best, 4), "rows": float(len(fit))}
            found.append(Quarantined(feature.name, "out_of_line", evidence, words))
    return found


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


def _skill(fit: Dataset, feature: FeatureLike, auc: float, settings: Leakage) -> Quarantined | None:
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
    if open_frame is None or len(open_frame) < MIN_ROWS or name not in open_frame.columns or not is_static(fit, column):
        return None
    newest = column.iloc[newest_cases(fit)]
    closed, still_open = float(newest.notna().mean()), float(open_frame[name].notna().mean())
    is_never_open = closed * len(open_frame) >= LEAST_EXPECTED and still_open <= NEVER * closed
    if closed - still_open <= settings.max_fill_gap and not is_never_open:
        return None
    words = f"{name} is filled for {closed:.0%} of closed and {still_open:.0%} of open leads: it is filled at the end."
    evidence = {"filled_closed": round(closed, 4), "filled_open": round(still_open, 4), "limit": settings.max_fill_gap}
    return Quarantined(name, "filled_when_closed", evidence, words)
