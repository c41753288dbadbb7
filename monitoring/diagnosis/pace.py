"""Are we late: the pace at which leads leave the stage, by kind of lead, and the time until a first response.

Pace is exits per lead and day of standing there. Before and now are compared within strata of channel and size, pooled
by Mantel and Haenszel's rate ratio (K. Rothman, S. Greenland, T. Lash, Modern Epidemiology, chapter 15), so that a
changed mix of leads is no slow-down:

    ratio = sum(a1 t0 / t) / sum(a0 t1 / t)       a exits, t days, 1 now, 0 before, t = t0 + t1 in a stratum

A shortage slows everybody. So both are taken again without each group that may be slow for a reason of its own (the
channel that surged, the leads of new reps), and what is left of the slow-down counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from configs.sections import Diagnosis
from configs.settings import Settings
from crm_core.funnel import milestones
from crm_core.funnel.figures import DAY
from monitoring.diagnosis.ages import days_before
from monitoring.diagnosis.cases import Cases
from monitoring.diagnosis.facts import CaseFacts
from monitoring.diagnosis.look import Look, ramp
from monitoring.diagnosis.traits import Trait
from monitoring.texts import Text, percent

FEWEST_EXITS = 20
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Exposure:
    """[stays] in the stage: stratum, and days stood and whether left, now and before."""

    stratum: Ints
    days_now: Floats
    days_before: Floats
    left_now: Floats
    left_before: Floats


def look_at_pace(facts: CaseFacts, cases: Cases, traits: list[Trait], apart: Sequence[Bools], rules: Diagnosis) -> Look:
    """How much slower leads of the same kind leave the stage now; `apart`: [leads] groups left out in turn."""
    rows = np.flatnonzero(facts.funnel.stays["stage"] == cases.place)
    exposure = _exposure(facts, cases, _strata(traits, len(facts.funnel.leads)), rows)
    ratio, spread, exits = rate_ratio(exposure)
    if exits < FEWEST_EXITS:
        return Look("pace", 0.0, {"exits": int(exits)})
    strengths = [_slow(ratio, spread, rules)]
    for mask in apart:
        left = _exposure(
            facts, cases, _strata(traits, len(mask)), rows[~mask[facts.funnel.stays["lead"].to_numpy()[rows]]]
        )
        other, wide, count = rate_ratio(left)
        if count >= FEWEST_EXITS:
            strengths.append(_slow(other, wide, rules))
    figures = {
        "rate_ratio": ratio, "low": ratio * np.exp(-1.96 * spread), "high": ratio * np.exp(1.96 * spread),
        "exits_now": int(exposure.left_now.sum()), "exits_before": int(exposure.left_before.sum()),
        "dwell_days_now": _dwell(exposure.days_now, exposure.left_now),
        "dwell_days_before": _dwell(exposure.days_before, exposure.left_before),
    }  # fmt: skip
    text = Text(
        f"Leads of the same kind leave the stage at {percent(ratio)} of the former pace.",
        f"同类线索离开该阶段的速度仅为此前的{percent(ratio)}。",
    )
    return Look("pace", min(strengths), figures, text)


def _slow(ratio: float, spread: float, rules: Diagnosis) -> float:
    sure = ramp(-log(max(ratio, 1e-3)) / max(spread, 1e-6), 4, 1.5)
    return ramp(1 - ratio, rules.slow_down, rules.slow_down / 4) * sure


def look_at_response(
    facts: CaseFacts, cases: Cases, traits: list[Trait], apart: Sequence[Bools], settings: Settings
) -> Look:
    """How much later first responses are now, in working hours, channel by channel; `apart` as for the pace."""
    first = milestones(facts.funnel, settings)[0].cases
    age = days_before(cases.end, first["counted_at"]) / cases.days
    channel = _codes(traits, "channel", len(facts.funnel.leads))[first["lead"].to_numpy()]
    hours = np.log(first["hours"].to_numpy(float) + 0.25)
    now, before = (age >= 0) & (age < 1), (age >= 1) & (age < 1 + cases.windows)
    usual = pd.Series(hours[before]).groupby(channel[before]).mean()
    rest = hours - pd.Series(channel).map(usual).to_numpy(float)
    now, before = now & ~np.isnan(rest), before & ~np.isnan(rest)
    if min(now.sum(), before.sum()) < FEWEST_EXITS:
        return Look("response", 0.0)
    shift, strength = _later(rest, now, before)
    lead = first["lead"].to_numpy()
    for mask in apart:
        kept = ~mask[lead]
        if min((now & kept).sum(), (before & kept).sum()) >= FEWEST_EXITS:
            strength = min(strength, _later(rest, now & kept, before & kept)[1])
    met = first["is_met"].to_numpy(bool)
    figures: dict[str, Any] = {
        "times_as_long": float(np.exp(shift)), "in_time_now": float(met[now].mean()),
        "in_time_before": float(met[before].mean()),
        "median_hours_now": float(first["hours"][now].median()),
        "median_hours_before": float(first["hours"][before].median()),
    }  # fmt: skip
    text = Text(
        f"First responses take {figures['times_as_long']:.1f} times as long as before on the same channels "
        f"({percent(figures['in_time_now'])} in time, before {percent(figures['in_time_before'])}).",
        f"同渠道首次响应耗时为此前的{figures['times_as_long']:.1f}倍"
        f"（及时率{percent(figures['in_time_now'])}，此前{percent(figures['in_time_before'])}）。",
    )
    return Look("response", strength, figures, text)


def _later(rest: Floats, now: Bools, before: Bools) -> tuple[float, float]:
    """Shift of the mean logarithm of hours, and its strength."""
    shift = float(rest[now].mean() - rest[before].mean())
    spread = sqrt(rest[now].var() / now.sum() + rest[before].var() / before.sum())
    return shift, ramp(shift, log(2), log(1.15)) * ramp(shift / max(spread, 1e-6), 4, 1.5)


def rate_ratio(exposure: Exposure) -> tuple[float, float, float]:
    """Mantel and Haenszel's rate ratio, the spread of its logarithm (Greenland and Robins), and all exits."""
    size = int(exposure.stratum.max()) + 1 if len(exposure.stratum) else 1

    def by(values: Floats) -> Floats:
        return np.asarray(np.bincount(exposure.stratum, weights=values, minlength=size), np.float64)

    a1, a0, t1, t0 = (
        by(part) for part in (exposure.left_now, exposure.left_before, exposure.days_now, exposure.days_before)
    )
    kept = (t1 > 0) & (t0 > 0)
    a1, a0, t1, t0 = a1[kept], a0[kept], t1[kept], t0[kept]
    t = t1 + t0
    up, down = float((a1 * t0 / t).sum()), float((a0 * t1 / t).sum())
    if up <= 0 or down <= 0:
        return 1.0, 1.0, float(a1.sum() + a0.sum())
    variance = float(((a1 + a0) * t1 * t0 / t**2).sum()) / (up * down)
    return up / down, sqrt(variance), float(a1.sum() + a0.sum())


def _strata(traits: list[Trait], count: int) -> Ints:
    codes = _codes(traits, "channel", count) * 100 + _codes(traits, "size_band", count)
    return np.asarray(np.unique(codes, return_inverse=True)[1], np.int64)


def _codes(traits: list[Trait], name: str, count: int) -> Ints:
    return next((trait.codes for trait in traits if trait.name == name), np.zeros(count, np.int64))


def _exposure(facts: CaseFacts, cases: Cases, strata: Ints, rows: Ints) -> Exposure:
    stays = facts.funnel.stays.iloc[rows]
    entered, left = stays["entered_at"].to_numpy(), stays["left_at"].to_numpy()
    turn, first = cases.end - cases.days * DAY, cases.end - (1 + cases.windows) * cases.days * DAY
    gone = np.where(np.isnat(left), cases.end, left)
    days = [_overlap(entered, gone, *span) for span in ((turn, cases.end), (first, turn))]
    exits = [((left > start) & (left <= end)).astype(float) for start, end in ((turn, cases.end), (first, turn))]
    return Exposure(strata[stays["lead"].to_numpy()], days[0], days[1], exits[0], exits[1])


def _overlap(start: Any, end: Any, since: Any, until: Any) -> Floats:
    return np.asarray(np.clip((np.minimum(end, until) - np.maximum(start, since)) / DAY, 0, None), np.float64)


def _dwell(days: Floats, exits: Floats) -> float | None:
    """Mean days of standing per exit."""
    return float(days.sum() / exits.sum()) if exits.sum() else None
