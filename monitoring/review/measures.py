"""What a proposal wants to move, measured in any period and compared between two.

Shares are compared by Fisher's exact test, days by Mann and Whitney's (Ann. Math. Stat. 18, 1947), both two-sided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from crm_core.funnel.figures import DAY, is_forward, lost_places
from monitoring.review.facts import Bounds, ReviewFacts

Kind = Literal["conversion", "dwell", "milestone", "field", "channel"]
Verdict = Literal["better", "worse", "same", "unknown"]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Measure:
    """Names a figure: of the leads that left a stage the share that moved on (conversion) or their days in it (dwell),
    the share of cases in which a milestone was met, of new leads that have a field filled, of new leads from a channel.
    """

    kind: Kind
    subject: str

    @property
    def is_up_good(self) -> bool:
        """Whether more is better."""
        return self.kind not in {"dwell", "channel"}


@dataclass(frozen=True)
class Measured:
    """A measure in one period. value: the share, or the median of `days`; None without rows."""

    rows: int
    hits: int
    value: float | None
    days: Floats | None = None

    def to_json(self) -> dict[str, Any]:
        """Value and rows."""
        return {"value": self.value, "rows": self.rows}


def measured(facts: ReviewFacts, measure: Measure, inside: Bounds) -> Measured:
    """The measure in (since, until]."""
    return _MEASURES[measure.kind](facts, measure.subject, inside)


def compared(before: Measured, now: Measured, measure: Measure, alpha: float, min_rows: int) -> Verdict:
    """Whether it got better, beyond what chance does; unknown with fewer than `min_rows` in a period.

    >>> conversion = Measure("conversion", "negotiation")
    >>> compared(Measured(100, 30, 0.3), Measured(100, 60, 0.6), conversion, 0.05, 30)
    'better'
    >>> compared(Measured(100, 30, 0.3), Measured(100, 32, 0.32), conversion, 0.05, 30)
    'same'
    """
    if before.value is None or now.value is None or min(before.rows, now.rows) < min_rows:
        return "unknown"
    if _p_value(before, now) >= alpha or before.value == now.value:
        return "same"
    return "better" if (now.value > before.value) == measure.is_up_good else "worse"


def _p_value(before: Measured, now: Measured) -> float:
    if before.days is not None and now.days is not None:
        return float(stats.mannwhitneyu(before.days, now.days).pvalue)
    table = [[one.hits, one.rows - one.hits] for one in (before, now)]
    return float(stats.fisher_exact(table).pvalue)


def _share(is_hit: npt.NDArray[np.bool_]) -> Measured:
    hits, rows = int(is_hit.sum()), len(is_hit)
    return Measured(rows, hits, hits / rows if rows else None)


def _left(facts: ReviewFacts, stage: str, inside: Bounds) -> npt.NDArray[np.bool_]:
    """[stays] those of the stage that ended in the period."""
    names = [one.name for one in facts.funnel.funnel.stages]
    if stage not in names:
        return np.zeros(len(facts.funnel.stays), bool)
    left = facts.funnel.stays["left_at"].to_numpy()
    place = facts.funnel.stays["stage"].to_numpy() == names.index(stage)
    return np.asarray(place & (left > inside[0]) & (left <= inside[1]), bool)


def _conversion(facts: ReviewFacts, stage: str, inside: Bounds) -> Measured:
    return _share(is_forward(facts.funnel)[_left(facts, stage, inside)])


def _dwell(facts: ReviewFacts, stage: str, inside: Bounds) -> Measured:
    ended = facts.funnel.stays[_left(facts, stage, inside)]
    days = np.asarray((ended["left_at"].to_numpy() - ended["entered_at"].to_numpy()) / DAY, np.float64)
    return Measured(len(days), 0, float(np.median(days)) if len(days) else None, days)


def _milestone(facts: ReviewFacts, name: str, inside: Bounds) -> Measured:
    cases = next((one.cases for one in facts.milestones if one.name == name), None)
    if cases is None:
        return Measured(0, 0, None)
    counted = np.asarray(cases["counted_at"].to_numpy(), "datetime64[us]")
    return _share(cases["is_met"].to_numpy(bool)[(counted > inside[0]) & (counted <= inside[1])])


def _field(facts: ReviewFacts, field: str, inside: Bounds) -> Measured:
    """Of the leads created in the period whose record must hold the field those where it is filled."""
    rows = facts.records[is_new(facts, inside) & is_asked(facts, field)]
    return _share(~lacks(rows, field))


def is_new(facts: ReviewFacts, inside: Bounds) -> npt.NDArray[np.bool_]:
    """[leads] created in the period."""
    return np.asarray((facts.created > inside[0]) & (facts.created <= inside[1]), bool)


def is_asked(facts: ReviewFacts, field: str) -> npt.NDArray[np.bool_]:
    """[leads] whose stage, or one before it, asks for the field; lost ones are not asked."""
    names = [one.name for one in facts.funnel.funnel.stages]
    asking = [names.index(name) for name, play in facts.settings.playbook.stages.items()
              if name in names and field in play.required_fields]  # fmt: skip
    if not asking:
        return np.zeros(len(facts.records), bool)
    place = facts.records["stage"].map({name: number for number, name in enumerate(names)}).to_numpy()
    return np.asarray((place >= min(asking)) & ~np.isin(place, lost_places(facts.funnel)), bool)


def lacks(rows: pd.DataFrame, field: str) -> npt.NDArray[np.bool_]:
    """[rows] whose record lacks the field."""
    return np.array([field in told.split(", ") for told in rows["missing"]], bool)


def _channel(facts: ReviewFacts, channel: str, inside: Bounds) -> Measured:
    return _share((facts.funnel.leads["channel_id"] == channel).to_numpy(bool)[is_new(facts, inside)])


_MEASURES = {
    "conversion": _conversion,
    "dwell": _dwell,
    "milestone": _milestone,
    "field": _field,
    "channel": _channel,
}
