"""Milestones of the process (mission F2): first response in time, needs analysis done; per team, rep and period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from configs.settings import Settings
from crm_core.funnel.dimensions import groups_of
from crm_core.funnel.facts import FunnelFacts, naive
from crm_core.funnel.figures import lost_places
from crm_core.funnel.significance import wilson
from crm_core.funnel.working_time import WorkingTime

HOUR_SECONDS = 3600.0


@dataclass(frozen=True)
class Milestone:
    """One milestone. `cases`: one row per lead that is due: lead, counted_at (the moment that tells its period),
    is_met, and hours (working hours, of the first response alone).
    """

    name: str
    stage: str
    en: str
    zh: str
    target_share: float | None
    cases: pd.DataFrame


def milestones(facts: FunnelFacts, settings: Settings) -> list[Milestone]:
    """Both milestones, judged case by case."""
    rules = settings.funnel.milestones
    names = [stage.name for stage in facts.funnel.stages]
    hours = f"{rules.first_response.within_hours:g}"
    first = Milestone(
        "first_response", names[0],
        f"First response within {hours} working hours", f"{hours}个工作小时内首次响应",
        rules.first_response.target_share, _responses(facts, settings),
    )  # fmt: skip
    if rules.needs_analysis.stage not in names:
        return [first]
    stage = facts.funnel.stages[names.index(rules.needs_analysis.stage)]
    done = Milestone(
        "needs_analysis", stage.name,
        f"{stage.en} completed before going on", f"进入后续阶段前完成{stage.zh}",
        rules.needs_analysis.target_share, _completions(facts, names.index(stage.name)),
    )  # fmt: skip
    return [first, done]


def milestone_figures(facts: FunnelFacts, settings: Settings, days: int, by: str | None = None) -> pd.DataFrame:
    """One row per milestone and group with a case in the last `days` days or as many before.

    due, met, share, low, high (95 % interval), median_hours; due_before, share_before; target_share and status: met,
    missed (the whole interval lies below the target), open (below, but chance may do that) or empty without target.
    """
    groups, length = groups_of(facts, by), timedelta(days=days)
    rows = []
    for milestone in milestones(facts, settings):
        now = _in_period(milestone.cases, facts.as_of - length, facts.as_of)
        before = _in_period(milestone.cases, facts.as_of - 2 * length, facts.as_of - length)
        for code, label in enumerate(groups.labels):
            parts = [part[groups.codes[part["lead"].to_numpy()] == code] for part in (now, before)]
            if len(parts[0]) or len(parts[1]):
                rows.append({"milestone": milestone.name, "group": label, **_figures(milestone, *parts)})
    return pd.DataFrame(rows)


def _in_period(cases: pd.DataFrame, since: datetime, until: datetime) -> pd.DataFrame:
    return cases[(cases["counted_at"] > naive(since)) & (cases["counted_at"] <= naive(until))]


def _figures(milestone: Milestone, now: pd.DataFrame, before: pd.DataFrame) -> dict[str, Any]:
    due, met = len(now), int(now["is_met"].sum())
    low, high = wilson(met, due)
    return {
        "due": due,
        "met": met,
        "share": met / due if due else None,
        "low": low,
        "high": high,
        "median_hours": float(now["hours"].median()) if now["hours"].notna().any() else None,
        "due_before": len(before),
        "share_before": float(before["is_met"].mean()) if len(before) else None,
        "target_share": milestone.target_share,
        "status": _status(met, due, high, milestone.target_share),
    }


def _status(met: int, due: int, high: float, target: float | None) -> str:
    if target is None or not due:
        return ""
    if met >= target * due:
        return "met"
    return "missed" if high < target else "open"


def _responses(facts: FunnelFacts, settings: Settings) -> pd.DataFrame:
    """One row per lead that was answered or has waited longer than allowed, counted at its creation.

    The answer is the first entry into a stage other than the first and lost ones, or the first activity that is not
    inbound, at or after creation. Hours are those of the rep's team.
    """
    created = facts.leads["created_at"]
    stays = facts.stays[~facts.stays["stage"].isin([0, *lost_places(facts)])]
    stays = stays[stays["entered_at"].to_numpy() >= created.to_numpy()[stays["lead"].to_numpy()]]
    moved = stays.groupby("lead")["entered_at"].min().reindex(created.index)
    answered = pd.concat([moved, facts.first_touch_at], axis=1).min(axis=1)
    until = answered.fillna(pd.Timestamp(facts.now))
    hours = _working_hours(facts, settings, created, until)
    is_late = hours > settings.funnel.milestones.first_response.within_hours
    cases = pd.DataFrame({"lead": created.index, "counted_at": created, "is_met": ~is_late, "hours": hours})
    due: pd.DataFrame = cases[(answered.notna() | is_late).to_numpy()]
    return due


def _working_hours(
    facts: FunnelFacts, settings: Settings, start: pd.Series[Any], end: pd.Series[Any]
) -> pd.Series[Any]:
    calendar, team = settings.calendar, facts.leads["team"]
    hours = pd.Series(np.nan, start.index)
    for name in [None, *calendar.teams]:
        rows = ~team.isin(list(calendar.teams)) if name is None else team == name
        if rows.any():
            plan = calendar if name is None else calendar.teams[name]
            clock = WorkingTime(calendar, plan, start.min().to_datetime64(), end.max().to_datetime64())
            hours[rows] = clock.between(start[rows], end[rows]) / HOUR_SECONDS
    return hours


def _completions(facts: FunnelFacts, place: int) -> pd.DataFrame:
    """One row per lead that came beyond the stage, counted at its first entry there: met where it was in the stage
    before. None at all where no lead was ever seen in the stage: such an export does not tell of it.
    """
    stays = facts.stays
    through = stays[stays["stage"] == place].groupby("lead")["entered_at"].min()
    beyond = stays[(stays["stage"] > place) & ~stays["stage"].isin(lost_places(facts))]
    first = beyond.groupby("lead")["entered_at"].min()
    is_met = (through.reindex(first.index) <= first).to_numpy()
    cases = pd.DataFrame({"lead": first.index, "counted_at": first.to_numpy(), "is_met": is_met, "hours": np.nan})
    return cases if len(through) else cases.iloc[:0]
