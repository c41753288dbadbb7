"""An alarm that sees slower than F4 and finer: leads that neither move on nor leave.

F4 asks of those who left a stage how many moved on; a pile that nobody leaves stays out of it until the stock has grown
by half. Here every lead that stood in the stage within the last `days` counts, so the share falls with the first that
stand still. The warning line lies `slow_drop` below the usual share of as long windows before; what is usual, and how
much it varies, is learnt from those windows (crm_core.funnel.significance), at the level `slow_alpha`. The window just
before is left out, since what has gone on for more than `days` began there; and the stages of a funnel lend one another
what they know of how much a share varies, so that half a year of history is enough.

Where a stage is silent, its groups (size bands, regions, channels ...) are asked in the same way: a price that a third
of the firms cannot pay lowers the share of all by little. Their line is `group_drop` below, and the level is divided by
the number of groups (Bonferroni; O. Dunn, J. Am. Stat. Assoc. 56, 1961).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from configs.sections import Diagnosis
from configs.settings import Settings
from crm_core.funnel import Alarm
from crm_core.funnel.alarm import days_in_a_row
from crm_core.funnel.dimensions import groups_of
from crm_core.funnel.figures import DAY, is_forward, steps_of
from crm_core.funnel.significance import UsualShare, low_share_p, moderated, usual_share
from monitoring.diagnosis.facts import CaseFacts
from monitoring.diagnosis.traits import SEGMENTS, SOURCES, UNTOLD

FEWEST_WINDOWS = 3  # of a stage's own, beside those that the other stages lend
LENT_WINDOWS = 4  # weight of the other stages' dispersion, in windows
Counts = npt.NDArray[np.int64]
Moments = npt.NDArray[np.datetime64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Line:
    """The drop below the usual share and the level at which an alarm is raised; `pooled`: the funnel's dispersion."""

    drop: float
    level: float
    pooled: float


def slow_alarms(facts: CaseFacts, days: int, settings: Settings, told: Sequence[Alarm]) -> list[Alarm]:
    """One stage_conversion alarm per stage that has none yet and whose share, or that of one of its groups, lies below
    its line for days in a row.
    """
    has_one = {alarm.stage for alarm in told if alarm.rule in {"stage_conversion", "stage_stock"}}
    stages, own = facts.funnel.funnel.stages, settings.diagnosis
    of_all = _Stage.all_of(facts, days, own)
    pooled = _pooled([stage for _, stage in of_all.values()])
    groups = list(_groups(facts))
    whole = _Line(own.slow_drop, own.slow_alpha, pooled)
    part = _Line(own.group_drop, own.slow_alpha / max(len(groups), 1), pooled)
    found = []
    for place, (stays, stage) in of_all.items():
        if stages[place].name not in has_one:
            alarm = _judge(facts, place, stage, whole, settings, {})
            of_groups = (_judge(facts, place, stage.of(stays, who), part, settings, name) for name, who in groups)
            found.append(alarm or _deepest(of_groups))
    return [alarm for alarm in found if alarm]


def _deepest(alarms: Iterable[Alarm | None]) -> Alarm | None:
    """The alarm of the share that fell furthest."""
    return min((alarm for alarm in alarms if alarm), key=lambda alarm: alarm.change, default=None)


def _groups(facts: CaseFacts) -> Iterator[tuple[dict[str, str], Bools]]:
    """Each group {dimension: value} that is not all, with its leads."""
    for name in (*SEGMENTS, *SOURCES):
        groups = groups_of(facts.funnel, name)
        told = [code for code, label in enumerate(groups.labels) if label != UNTOLD]
        if 1 < len(told) <= facts.funnel.funnel.max_groups:
            yield from (({name: groups.labels[code]}, groups.codes == code) for code in told)


def _pooled(stages: Sequence[_Stage]) -> float:
    """How much the shares of the funnel's stages vary beyond chance, by degrees of freedom; 1 without a history."""
    usual = [one for stage in stages if (one := stage.usual(0))]
    free = [one.blocks - 1 for one in usual]
    return float(np.average([one.dispersion for one in usual], weights=free)) if usual else 1.0


@dataclass(frozen=True)
class _Stays:
    """[stays] of one stage: moments, lead, and whether it moved on."""

    entered: Moments
    left: Moments
    lead: Counts
    is_forward: Bools

    def of(self, who: Bools) -> _Stays:
        """Those of some leads; `who`: [leads]."""
        mine = who[self.lead]
        return _Stays(self.entered[mine], self.left[mine], self.lead[mine], self.is_forward[mine])


class _Stage:
    """Cases and hits of one stage, or of some leads in it, in a window that ends on any day."""

    def __init__(self, stays: _Stays, now: np.datetime64, days: int, windows: range) -> None:
        left = stays.left
        self._entered, self._left = np.sort(stays.entered), np.sort(left[~np.isnat(left)])
        self._forward = np.sort(left[stays.is_forward])
        self._now, self.days, self._windows = now, days, windows

    @classmethod
    def all_of(cls, facts: CaseFacts, days: int, rules: Diagnosis) -> dict[int, tuple[_Stays, _Stage]]:
        """Every open stage by its place."""
        first = facts.funnel.leads["created_at"].min()
        known = int((facts.now - first.to_datetime64()) / (days * DAY)) - 2 if len(facts.funnel.leads) else 0
        windows = range(2, 1 + min(known, 1 + rules.slow_windows))
        told, forward, stages = facts.funnel.stays, is_forward(facts.funnel), facts.funnel.funnel.stages
        entered, left, lead = (told[name].to_numpy() for name in ("entered_at", "left_at", "lead"))
        found = {}
        for place, _ in steps_of(facts.funnel):
            if stages[place].outcome is None:
                mine = (told["stage"] == place).to_numpy()
                stays = _Stays(entered[mine], left[mine], lead[mine], forward[mine])
                found[place] = (stays, cls(stays, facts.now, days, windows))
        return found

    def of(self, stays: _Stays, who: Bools) -> _Stage:
        """The same of some leads."""
        return _Stage(stays.of(who), self._now, self.days, self._windows)

    def counts(self, day: int, windows: Sequence[int]) -> tuple[Counts, Counts]:
        """[windows] hits and cases of windows (0: ends `day` days ago, 1: the one before it)."""
        ends = self._now - (day + np.asarray(windows) * self.days) * DAY
        starts = ends - self.days * DAY
        cases = np.searchsorted(self._entered, ends, "right") - np.searchsorted(self._left, starts, "right")
        hits = np.searchsorted(self._forward, ends, "right") - np.searchsorted(self._forward, starts, "right")
        return hits.astype(np.int64), cases.astype(np.int64)

    def usual(self, day: int) -> UsualShare | None:
        """What is usual before the window that ends on a day and the one before it."""
        if len(self._windows) < FEWEST_WINDOWS:
            return None
        return usual_share(*self.counts(day, self._windows), FEWEST_WINDOWS)


def _judge(
    facts: CaseFacts, place: int, stage: _Stage, line: _Line, settings: Settings, group: dict[str, str]
) -> Alarm | None:
    rules = settings.funnel.alarms

    def verdict(day: int) -> tuple[int, int, UsualShare] | None:
        """Hits, cases and what is usual, on a day when the share is low."""
        hits, cases = (int(count[0]) for count in stage.counts(day, [0]))
        usual = stage.usual(day) if cases >= rules.min_leads else None
        if usual is None or hits >= usual.share * (1 - line.drop) * cases:
            return None
        usual = moderated(usual, line.pooled, LENT_WINDOWS)
        return (hits, cases, usual) if low_share_p(hits, cases, usual) < line.level else None

    now = verdict(0)
    count = days_in_a_row(lambda day: verdict(day) is not None, rules.period_days) if now else 0
    return _alarm(facts, place, stage.days, count, now, group) if now and count >= rules.consecutive_days else None


def _alarm(
    facts: CaseFacts, place: int, days: int, count: int, now: tuple[int, int, UsualShare], group: dict[str, str]
) -> Alarm:
    stage, (hits, cases, usual) = facts.funnel.funnel.stages[place], now
    share = hits / cases
    figures: dict[str, Any] = {
        "measure": "of_those_who_stood_there", "share": share, "rows": cases, "usual_share": usual.share, "days": days,
        "days_in_a_row": count, "dispersion": usual.dispersion, "segment": group,
    }  # fmt: skip
    who = "".join(f" ({name} {label})" for name, label in group.items())
    return Alarm(
        "stage_conversion", stage.name, usual.share, share, share / usual.share - 1,
        facts.funnel.as_of - timedelta(days=count - 1), figures,
        en=f"Of the {cases} leads{who} that stood in “{stage.en}” in the last {days} days {share:.0%} moved on; "
        f"usual is {usual.share:.0%}.",
        zh=f"最近{days}天处于“{stage.zh}”阶段的{cases}条线索{who}中有{share:.0%}推进；平时为{usual.share:.0%}。",
    )  # fmt: skip
