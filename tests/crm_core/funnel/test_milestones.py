from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from configs.sections import Calendar
from crm_core.funnel import milestone_figures, milestones
from tests.crm_core.funnel.made import AS_OF, SETTINGS, day, facts_of

MONDAY = datetime(2026, 6, 15, 1, 0, tzinfo=UTC)  # 9:00 in Shanghai
REPS = [{"rep_id": "r1", "team": "north"}, {"rep_id": "r2", "team": "shop"}]


def lead(key: str, created: datetime = MONDAY, rep: str = "r1") -> dict[str, Any]:
    return {"lead_id": key, "created_at": created, "rep_id": rep}


def call(key: str, hours: float, direction: str | None = "outbound") -> dict[str, Any]:
    return {"lead_id": key, "occurred_at": MONDAY + timedelta(hours=hours), "direction": direction}


def test_the_first_response_is_a_touch_of_ours_or_a_move() -> None:
    leads = [lead(key) for key in ("touched", "late", "moved", "inbound", "lost", "untold")]
    activities = [
        call("touched", 1),
        call("late", 3),
        call("inbound", 1, "inbound"),
        call("untold", 1, None),
        call("moved", 5),
    ]
    events = [("moved", "contacted", MONDAY + timedelta(hours=1.5)), ("lost", "lost", MONDAY + timedelta(hours=1))]
    facts = facts_of(leads, events, reps=REPS, activities=activities)
    [response, _] = milestones(facts, SETTINGS)
    met = dict(zip(facts.leads["lead_id"][response.cases["lead"]], response.cases["is_met"], strict=True))
    assert met == {"touched": True, "late": False, "moved": True, "inbound": False, "lost": False, "untold": True}
    assert response.cases["hours"].tolist()[:3] == [1.0, 3.0, 1.5]


def test_a_lead_that_may_still_be_answered_in_time_is_not_yet_due() -> None:
    opened = AS_OF.replace(hour=1)  # 9:00, one working hour before AS_OF
    response = milestones(
        facts_of([lead("fresh", opened), lead("night", opened - timedelta(hours=5)), lead("old")]), SETTINGS
    )[0]
    assert response.cases["lead"].tolist() == [2]


def test_a_response_after_the_weekend_is_in_time_and_a_team_may_have_its_own_hours() -> None:
    friday = datetime(2026, 6, 12, 9, 30, tzinfo=UTC)  # 17:30
    leads = [lead("north", friday), lead("shop", friday, "r2")]
    touches = [call("north", 1), call("shop", 1)]  # Monday 10:00
    teams = {"shop": {"weekdays": [1, 2, 3, 4, 5, 6, 7], "hours": [["09:00", "21:00"]]}}
    settings = SETTINGS.model_copy(update={"calendar": Calendar(**{**SETTINGS.calendar.model_dump(), "teams": teams})})
    facts = facts_of(leads, reps=REPS, activities=touches)
    assert milestones(facts, settings)[0].cases["hours"].tolist() == [1.5, 3.5 + 12 + 12 + 1]
    assert milestones(facts, SETTINGS)[0].cases["hours"].tolist() == [1.5, 1.5]


def test_needs_analysis_is_done_where_the_lead_was_in_it_before_it_went_on() -> None:
    leads = [lead(f"L{n}", day(20)) for n in range(4)]
    events = [
        ("L0", "needs_analysis", day(9)), ("L0", "negotiation", day(5)),
        ("L1", "solution_demo", day(5)), ("L1", "needs_analysis", day(3)),
        ("L2", "needs_analysis", day(5)), ("L2", "lost", day(4)),
        ("L3", "contract_signed", day(2)),
    ]  # fmt: skip
    done = milestones(facts_of(leads, events), SETTINGS)[1].cases
    assert dict(zip(done["lead"], done["is_met"], strict=True)) == {0: True, 1: False, 3: False}


def test_an_export_that_does_not_tell_of_the_stage_is_not_measured() -> None:
    facts = facts_of([lead("L1", day(9))], [("L1", "contract_signed", day(2))])
    assert milestones(facts, SETTINGS)[1].cases.empty
    table = milestone_figures(facts, SETTINGS, 30)
    assert table["milestone"].tolist() == ["first_response"]


def test_milestones_are_measured_per_group_and_period() -> None:
    leads = [lead(f"n{n}", day(5)) for n in range(4)] + [lead(f"s{n}", day(5), "r2") for n in range(40)]
    leads += [lead(f"o{n}", day(15)) for n in range(2)]
    stages = [
        (row["lead_id"], "needs_analysis", row["created_at"]) for row in leads if not row["lead_id"].startswith("s")
    ]
    moved = [(row["lead_id"], "negotiation", row["created_at"] + timedelta(hours=1)) for row in leads]
    table = milestone_figures(facts_of(leads, [*stages, *moved], reps=REPS), SETTINGS, 10, "team").set_index(
        ["milestone", "group"]
    )
    north, shop = table.loc[("needs_analysis", "north")], table.loc[("needs_analysis", "shop")]
    assert (north["due"], north["met"], north["share"], north["due_before"], north["status"]) == (4, 4, 1.0, 2, "met")
    assert (shop["due"], shop["met"], shop["status"], shop["due_before"]) == (40, 0, "missed", 0)
    assert shop["high"] == pytest.approx(0.0876, abs=1e-4)
    response = table.loc[("first_response", "north")]
    assert (response["due"], response["share"], response["status"]) == (4, 1.0, "")


def test_below_the_target_by_chance_is_left_open() -> None:
    leads = [lead(f"n{n}", day(5)) for n in range(5)]
    events = [(f"n{n}", "needs_analysis", day(4)) for n in range(4)] + [
        (f"n{n}", "negotiation", day(3)) for n in range(5)
    ]
    table = milestone_figures(facts_of(leads, events), SETTINGS, 10).set_index("milestone")
    assert (table.loc["needs_analysis", "share"], table.loc["needs_analysis", "status"]) == (0.8, "open")
