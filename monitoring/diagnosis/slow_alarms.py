"""An alarm that sees slower than F4 and finer: leads that neither move on nor leave.

F4 asks of those who left a stage how many moved on; a pile that nobody leaves stays out of it until the stock has grown
by half. Here every lead that stood in the stage within the last `days` counts, so the share falls with the first that
stand still. The warning line lies `conversion_drop` below the usual share of as long windows before; what is usual, and
how much it varies, is learnt from those windows (crm_core.funnel.significance), at the level `slow_alpha`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from configs.settings import Settings
from crm_core.funnel import Alarm
from crm_core.funnel.alarm import days_in_a_row
from crm_core.funnel.figures import DAY, is_forward, steps_of
from crm_core.funnel.significance import UsualShare, low_share_p, usual_share
from monitoring.diagnosis.facts import CaseFacts

Counts = npt.NDArray[np.int64]


def slow_alarms(facts: CaseFacts, days: int, settings: Settings, told: Sequence[Alarm]) -> list[Alarm]:
    """One stage_conversion alarm per stage that has none yet and whose share lies below its line for days in a row."""
    has_one = {alarm.stage for alarm in told if alarm.rule in {"stage_conversion", "stage_stock"}}
    stages = facts.funnel.funnel.stages
    found = [
        _judge(facts, place, days, settings)
        for place, _ in steps_of(facts.funnel)
        if stages[place].outcome is None and stages[place].name not in has_one
    ]
    return [alarm for alarm in found if alarm]


class _Stage:
    """Cases and hits of one stage in a window that ends on any day."""

    def __init__(self, facts: CaseFacts, place: int, days: int) -> None:
        rows = (facts.funnel.stays["stage"] == place).to_numpy()
        stays = facts.funnel.stays[rows]
        left = stays["left_at"].to_numpy()
        self._entered, self._left = np.sort(stays["entered_at"].to_numpy()), np.sort(left[~np.isnat(left)])
        self._forward = np.sort(left[is_forward(facts.funnel)[rows]])
        self._now, self._days = facts.now, days
        first = facts.funnel.leads["created_at"].min()
        self.windows = int((facts.now - first.to_datetime64()) / (days * DAY)) - 2 if len(rows) else 0

    def counts(self, day: int, windows: Sequence[int]) -> tuple[Counts, Counts]:
        """[windows] hits and cases of windows (0: ends `day` days ago, 1: the one before it)."""
        ends = self._now - (day + np.asarray(windows) * self._days) * DAY
        starts = ends - self._days * DAY
        cases = np.searchsorted(self._entered, ends, "right") - np.searchsorted(self._left, starts, "right")
        hits = np.searchsorted(self._forward, ends, "right") - np.searchsorted(self._forward, starts, "right")
        return hits.astype(np.int64), cases.astype(np.int64)

    def judge(self, day: int, windows: int, min_leads: int) -> tuple[int, int, UsualShare | None]:
        """Hits and cases of the window that ends on a day, and what is usual before it."""
        hits, cases = self.counts(day, range(windows + 1))
        enough = cases[0] >= min_leads
        return int(hits[0]), int(cases[0]), usual_share(hits[1:], cases[1:]) if enough else None


def _judge(facts: CaseFacts, place: int, days: int, settings: Settings) -> Alarm | None:
    rules, own = settings.funnel.alarms, settings.diagnosis
    stage = _Stage(facts, place, days)
    windows = min(own.slow_windows, stage.windows)
    if windows < 1:
        return None

    def holds(day: int) -> bool:
        hits, cases, usual = stage.judge(day, windows, rules.min_leads)
        if usual is None or hits >= usual.share * (1 - own.slow_drop) * cases:
            return False
        return low_share_p(hits, cases, usual) < own.slow_alpha

    count = days_in_a_row(holds, rules.period_days)
    hits, cases, usual = stage.judge(0, windows, rules.min_leads)
    if count < rules.consecutive_days or usual is None:
        return None
    return _alarm(facts, place, days, count, hits / cases, usual, cases)


def _alarm(facts: CaseFacts, place: int, days: int, count: int, share: float, usual: UsualShare, cases: int) -> Alarm:
    stage = facts.funnel.funnel.stages[place]
    figures = {
        "measure": "of_those_who_stood_there", "share": share, "rows": cases, "usual_share": usual.share, "days": days,
        "days_in_a_row": count, "dispersion": usual.dispersion,
    }  # fmt: skip
    return Alarm(
        "stage_conversion", stage.name, usual.share, share, share / usual.share - 1,
        facts.funnel.as_of - timedelta(days=count - 1), figures,
        en=f"Of the {cases} leads that stood in “{stage.en}” in the last {days} days {share:.0%} moved on; usual is "
        f"{usual.share:.0%}.",
        zh=f"最近{days}天处于“{stage.zh}”阶段的{cases}条线索中有{share:.0%}推进；平时为{usual.share:.0%}。",
    )  # fmt: skip
