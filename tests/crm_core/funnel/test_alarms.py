"""Alarms on made worlds: silent where nothing is planted, told where something is, never of small numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from configs.settings import Settings
from crm_core.findings import Finding
from crm_core.funnel import Alarm, FunnelFacts, alarms
from crm_core.funnel.alarm import days_in_a_row
from tests.crm_core.funnel.made import AS_OF, SETTINGS, day, facts_of, funnel_with

DAYS = 300


def world(
    seed: int = 0, per_day: float = 12.0, surge: float = 0.0, onward: float = 0.7, onward_now: float | None = None
) -> tuple[list[dict[str, Any]], list[tuple[Any, ...]]]:
    """Leads at a steady rate, contacted within the hour; after about five days 70 % go on to needs analysis, the others
    are lost. `surge`: share of the leads of the last 25 days that stay in contacted; `onward_now`: another share that
    goes on, of the last 20 days.
    """
    rng = np.random.default_rng(seed)
    leads, events = [], []
    for ago in range(DAYS, 0, -1):
        for _ in range(rng.poisson(per_day)):
            key, at = f"L{len(leads)}", float(ago - rng.random())
            leads.append({"lead_id": key, "created_at": day(at)})
            events.append((key, "contacted", day(at - 0.02)))
            left = at - 0.1 - rng.exponential(5)
            if left > 0 and not (at < 25 and rng.random() < surge):
                share = onward_now if onward_now is not None and left < 20 else onward
                stage = "needs_analysis" if rng.random() < share else "lost"
                events.append((key, stage, day(left)))
                if stage == "needs_analysis" and left > 3:
                    events.append((key, "technical_exchange", day(left - 3)))
                    events.append((key, "lost", day(left - 3.01)))
    return leads, [event for event in events if event[2] <= AS_OF]


def found(facts: FunnelFacts, settings: Settings = SETTINGS) -> list[Alarm]:
    return alarms(facts, settings, AS_OF)


def with_alarms(**changes: Any) -> Settings:
    return SETTINGS.model_copy(update={"funnel": funnel_with(alarms=changes)})


@pytest.mark.parametrize("seed", range(4))
def test_a_steady_world_is_silent(seed: int) -> None:
    assert found(facts_of(*world(seed))) == []


def test_a_stock_that_grows_is_told_with_its_figures() -> None:
    facts = facts_of(*world(surge=0.6))
    [alarm] = found(facts)
    stays = facts.stays[facts.stays["stage"] == 1]

    def stock(ago: float) -> int:
        moment = np.datetime64(day(ago).replace(tzinfo=None))
        return int(((stays["entered_at"] <= moment) & ~(stays["left_at"] <= moment)).sum())

    assert (alarm.rule, alarm.stage, alarm.from_, alarm.to) == ("stage_stock", "contacted", stock(30), stock(0))
    assert alarm.change == pytest.approx(stock(0) / stock(30) - 1)
    assert alarm.change > 0.5
    assert day(25) < alarm.since <= AS_OF
    assert "Contacted" in alarm.en
    assert "首次响应" in alarm.zh


def young(before: int, now: int) -> FunnelFacts:
    """75 days of history: as many leads stand in contacted since long before the period, and by its end."""
    ids = [f"L{number}" for number in range(now)]
    since = [75.0 if number < before else 10.0 for number in range(now)]
    leads = [{"lead_id": key, "created_at": day(ago)} for key, ago in zip(ids, since, strict=True)]
    return facts_of(leads, [(key, "contacted", day(ago - 0.1)) for key, ago in zip(ids, since, strict=True)])


@pytest.mark.parametrize(("before", "now", "is_told"), [(40, 80, True), (40, 59, False), (20, 31, False)])
def test_without_a_history_the_two_moments_are_compared(before: int, now: int, is_told: bool) -> None:
    told = [alarm.rule for alarm in found(young(before, now)) if alarm.stage == "contacted"]
    assert told == ["stage_stock"] * is_told


def test_a_small_stock_may_double_in_silence() -> None:
    assert found(facts_of(*world(per_day=0.8, surge=0.9))) == []


def test_a_stock_that_comes_back_from_a_holiday_is_silent() -> None:
    """Nobody comes in the week that the period before ends with; since then everything is as it was."""
    leads, events = world()
    away = {row["lead_id"] for row in leads if 29.5 < (AS_OF - row["created_at"]) / timedelta(days=1) < 42}
    facts = facts_of([row for row in leads if row["lead_id"] not in away], [e for e in events if e[0] not in away])
    stays = facts.stays[facts.stays["stage"] == 1]
    before = np.datetime64(day(30).replace(tzinfo=None))
    low = ((stays["entered_at"] <= before) & ~(stays["left_at"] <= before)).sum()
    assert stays["left_at"].isna().sum() > 1.5 * low  # the growth is there
    assert [alarm.rule for alarm in found(facts)] == []


@pytest.mark.parametrize(("holidays", "is_told"), [((), True), ((1, 2, 3), False)])
def test_a_stock_that_grew_on_public_holidays_waits_for_a_day_worked(holidays: tuple[int, ...], is_told: bool) -> None:
    """Leads of the last three days stand in contacted; the three days before AS_OF, or none, were holidays."""
    leads, events = world()
    for n in range(90):
        key, at = f"H{n}", 2.9 - n * 0.03
        leads.append({"lead_id": key, "created_at": day(at)})
        events.append((key, "contacted", day(at - 0.001)))
    off = [day(ago).date() for ago in holidays]
    settings = SETTINGS.model_copy(update={"calendar": SETTINGS.calendar.model_copy(update={"days_off": off})})
    told = [alarm.stage for alarm in found(facts_of(leads, events), settings) if alarm.rule == "stage_stock"]
    assert told == ["contacted"] * is_told


def growing(seed: int, a_month: float) -> FunnelFacts:
    """The steady world, of whose leads the older are left out so that their number rises so much a month."""
    leads, events = world(seed, per_day=24)
    rng = np.random.default_rng(seed)
    ages = [(AS_OF - row["created_at"]) / timedelta(days=30) for row in leads]
    kept = {row["lead_id"] for row, age in zip(leads, ages, strict=True) if rng.random() < (1 + a_month) ** -age}
    return facts_of([row for row in leads if row["lead_id"] in kept], [event for event in events if event[0] in kept])


def test_a_stock_that_grows_as_it_always_did_is_silent() -> None:
    eager = with_alarms(stock_growth=0.1)
    flat = [alarm for seed in range(5) for alarm in found(growing(seed, 0.2), eager) if alarm.rule == "stage_stock"]
    assert flat == []


def test_a_conversion_that_falls_below_what_is_usual_is_told() -> None:
    [alarm] = found(facts_of(*world(1, onward_now=0.35)))
    assert (alarm.rule, alarm.stage, alarm.figures["to_stage"]) == ("stage_conversion", "contacted", "needs_analysis")
    assert alarm.from_ == pytest.approx(0.7, abs=0.03)
    assert alarm.to == pytest.approx(alarm.figures["hits"] / alarm.figures["rows"])
    assert alarm.to == pytest.approx(0.35, abs=0.1)
    assert alarm.figures["line"] == pytest.approx(alarm.from_ * 0.8)
    assert day(20) < alarm.since < day(2)


@pytest.mark.parametrize(("days", "is_told"), [(3, True), (19, False)])
def test_it_must_be_below_its_line_on_enough_days_in_a_row(days: int, is_told: bool) -> None:
    facts = facts_of(*world(onward_now=0.35))
    assert bool(found(facts, with_alarms(consecutive_days=days))) == is_told


def test_a_configured_line_takes_the_place_of_the_history() -> None:
    facts = facts_of(*world())
    assert found(facts, with_alarms(conversion_lines={"contacted": 0.65})) == []
    [alarm] = found(facts, with_alarms(conversion_lines={"contacted": 0.9}))
    assert (alarm.rule, alarm.from_, alarm.figures["usual_share"]) == ("stage_conversion", 0.9, None)
    assert alarm.figures["days_in_a_row"] == 30


def test_few_leads_below_a_line_are_silent() -> None:
    facts = facts_of(*world(per_day=2))
    assert found(facts, with_alarms(conversion_lines={"contacted": 0.9})) == []


def test_needs_analysis_that_is_skipped_is_told_as_a_milestone() -> None:
    leads, events = world()
    skipped = [e for n, e in enumerate(events) if e[1] != "needs_analysis" or e[2] < day(20) or n % 2]
    told = [alarm for alarm in found(facts_of(leads, skipped)) if alarm.rule == "milestone"]
    assert [(alarm.stage, alarm.from_, alarm.figures["milestone"]) for alarm in told] == [
        ("needs_analysis", 0.9, "needs_analysis")
    ]
    assert told[0].to < 0.8


def test_slow_first_responses_are_told_against_what_is_usual() -> None:
    leads, events = world()
    slow = [(e[0], e[1], e[2] + timedelta(days=4)) if e[1] == "contacted" and e[2] > day(20) else e for e in events]
    created = {row["lead_id"]: row["created_at"] for row in leads}
    slow = [e for e in slow if e[2] <= AS_OF and (e[1] == "contacted" or created[e[0]] < day(20))]
    [alarm] = [alarm for alarm in found(facts_of(leads, slow)) if alarm.rule == "milestone"]
    assert (alarm.stage, alarm.figures["milestone"], alarm.from_) == ("captured", "first_response", 1.0)


def sync_rows(failed: int, ok: int, ago: float = 1.0) -> list[dict[str, Any]]:
    rows = [("failed", ago)] * failed + [("ok", 2.0)] * ok
    return [{"source_system": "ERP", "occurred_at": day(when), "status": status} for status, when in rows]


@pytest.mark.parametrize(
    ("failed", "ok", "ago", "is_told"),
    [(8, 6, 1, True), (1, 13, 1, False), (2, 0, 1, False), (8, 6, 20, False), (20, 380, 1, False), (0, 9, 1, False)],
)
def test_failed_synchronisations_are_told_beyond_chance(failed: int, ok: int, ago: float, is_told: bool) -> None:
    told = found(facts_of(sync_log=sync_rows(failed, ok, ago)))
    assert [(alarm.rule, alarm.stage) for alarm in told] == ([("sync", "ERP")] if is_told else [])


def test_an_alarm_is_a_finding_and_has_the_contracts_form() -> None:
    [alarm] = found(facts_of(sync_log=sync_rows(8, 6)))
    finding = alarm.to_finding(AS_OF)
    assert (type(finding), finding.rule, finding.subject, finding.en) == (Finding, "funnel.sync", "ERP", alarm.en)
    assert {"rule", "stage", "from", "to", "change", "since"} <= set(alarm.to_json())
    assert alarm.since == day(1)
    assert alarm.to == pytest.approx(8 / 14)


def test_alarms_are_of_the_moment_of_the_facts() -> None:
    with pytest.raises(ValueError, match="must be judged at the moment of the facts"):
        alarms(facts_of(), SETTINGS, day(1))


def test_an_empty_crm_is_silent() -> None:
    assert found(facts_of()) == []


def test_days_in_a_row_end_at_the_first_that_does_not_hold() -> None:
    rules = (lambda n: n != 2, lambda n: n >= 0, lambda n: n > 5)
    assert [days_in_a_row(rule, 30) for rule in rules] == [2, 30, 0]
