"""The share that moves on from each stage, followed by weeks, beside the line below which it alarms (mission F4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from configs.sections import Alarms
from crm_core.funnel import FunnelFacts
from crm_core.funnel.daily_shares import DailyShares
from crm_core.funnel.figures import is_forward, steps_of

WEEKS = 12
WEEK_DAYS = 7


@dataclass(frozen=True)
class WatchedShare:
    """Of the leads that left the stage in the rolling days, the share that moved on.

    weeks: the share of the end of each week, oldest first, weeks without leads left out. line: None where too little
    history tells what is usual.
    """

    share: float | None
    rows: int
    line: float | None
    is_low: bool
    weeks: list[float]


def watched_shares(facts: FunnelFacts, rules: Alarms) -> dict[str, WatchedShare]:
    """By stage, of those that a lead is meant to leave again."""
    return {facts.funnel.stages[place].name: _watched(facts, place, rules) for place, _ in steps_of(facts)}


def _watched(facts: FunnelFacts, place: int, rules: Alarms) -> WatchedShare:
    left = facts.stays["left_at"]
    rows = ((facts.stays["stage"] == place) & left.notna()).to_numpy(bool)
    moments = np.asarray(left.to_numpy()[rows], "datetime64[us]")
    line = rules.conversion_lines.get(facts.funnel.stages[place].name)
    shares = DailyShares(moments, is_forward(facts)[rows], facts.now, rules, line, rules.conversion_drop)
    now = shares.on(0)
    counts = [shares.counts(week * WEEK_DAYS) for week in reversed(range(WEEKS))]
    return WatchedShare(
        share=now.share if now.rows else None,
        rows=now.rows,
        line=now.line,
        is_low=now.is_low,
        weeks=[hits / count for hits, count in counts if count],
    )
