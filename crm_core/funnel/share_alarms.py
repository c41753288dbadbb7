"""Alarm F4 and the milestones: a share below its warning line on several days in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from configs.sections import Alarms
from crm_core.funnel.alarm import Alarm, days_in_a_row
from crm_core.funnel.daily_shares import DailyShares, DayVerdict
from crm_core.funnel.facts import FunnelFacts
from crm_core.funnel.figures import is_forward, steps_of
from crm_core.funnel.milestones import Milestone


@dataclass(frozen=True)
class _Watched:
    """A share that is followed; `named` goes into the figures."""

    rule: str
    stage: str
    named: dict[str, str]
    en: str
    zh: str
    moments: npt.NDArray[np.datetime64]
    is_hit: npt.NDArray[np.bool_]
    line: float | None
    drop: float


def conversion_alarms(facts: FunnelFacts, rules: Alarms) -> list[Alarm]:
    """One alarm per stage whose conversion lies below its line on `consecutive_days` days up to as_of.

    The conversion of a day: of the leads that left the stage in the `rolling_days` up to it, the share that moved on to
    a later stage. Leads that stand still do not count here; they raise the stock (F5).
    """
    watched = [_conversion(facts, place, following, rules) for place, following in steps_of(facts)]
    return [alarm for one in watched if (alarm := _judge(facts, one, rules))]


def milestone_alarms(facts: FunnelFacts, milestones: Sequence[Milestone], rules: Alarms) -> list[Alarm]:
    """One alarm per milestone whose share lies below its target, or without one below what is usual, likewise."""
    watched = [_milestone(milestone, rules) for milestone in milestones]
    return [alarm for one in watched if (alarm := _judge(facts, one, rules))]


def _conversion(facts: FunnelFacts, place: int, following: int, rules: Alarms) -> _Watched:
    stage, target = facts.funnel.stages[place], facts.funnel.stages[following]
    left = facts.stays["left_at"]
    rows = ((facts.stays["stage"] == place) & left.notna()).to_numpy()
    return _Watched(
        "stage_conversion", stage.name, {"to_stage": target.name},
        f"Moving on from “{stage.en}” towards “{target.en}”", f"由“{stage.zh}”向“{target.zh}”推进",
        left.to_numpy()[rows], is_forward(facts)[rows],
        rules.conversion_lines.get(stage.name), rules.conversion_drop,
    )  # fmt: skip


def _milestone(milestone: Milestone, rules: Alarms) -> _Watched:
    cases = milestone.cases
    return _Watched(
        "milestone", milestone.stage, {"milestone": milestone.name}, milestone.en, milestone.zh,
        cases["counted_at"].to_numpy(), cases["is_met"].to_numpy(bool), milestone.target_share, rules.milestone_drop,
    )  # fmt: skip


def _judge(facts: FunnelFacts, watched: _Watched, rules: Alarms) -> Alarm | None:
    shares = DailyShares(watched.moments, watched.is_hit, facts.now, rules, watched.line, watched.drop)
    days = days_in_a_row(lambda day: shares.on(day).is_low, rules.period_days)
    if days < rules.consecutive_days:
        return None
    return _alarm(facts, watched, shares.on(0), days, rules)


def _alarm(facts: FunnelFacts, watched: _Watched, verdict: DayVerdict, days: int, rules: Alarms) -> Alarm:
    line = verdict.line or 0.0
    was = verdict.usual.share if verdict.usual else line
    figures: dict[str, Any] = {
        **watched.named, "share": verdict.share, "hits": verdict.hits, "rows": verdict.rows, "line": line,
        "usual_share": verdict.usual.share if verdict.usual else None, "rolling_days": rules.rolling_days,
        "days_in_a_row": days, "p_value": verdict.p_value,
    }  # fmt: skip
    usual = (f"usual is {was:.0%}, ", f"平时为{was:.0%}，") if verdict.usual else ("", "")
    return Alarm(
        watched.rule, watched.stage, was, verdict.share, verdict.share / was - 1,
        facts.as_of - timedelta(days=days - 1), figures,
        en=f"{watched.en}: {verdict.share:.0%} in the last {rules.rolling_days} days ({verdict.hits} of "
        f"{verdict.rows}); {usual[0]}the warning line is {line:.0%}, and it has been lower for {days} days in a row.",
        zh=f"{watched.zh}：最近{rules.rolling_days}天为{verdict.share:.0%}（{verdict.rows}条中{verdict.hits}条）；"
        f"{usual[1]}预警线为{line:.0%}，已连续{days}天低于预警线。",
    )  # fmt: skip
