from __future__ import annotations

import pytest

from monitoring.diagnosis.workload import look_at_workload
from tests.monitoring.diagnosis.made import RULES, Small, ago, cases_of


def staffed(now: int, reps_now: int) -> Small:
    """Four reps share forty leads in each window before; so many share so many now, evenly over the weeks."""
    world = Small()
    for window in range(1, 4):
        for n in range(40):
            world.lead(30 * window + 1 + n * 0.7, 30 * window, rep_id=f"R{n % 4}")
    for n in range(now):
        world.lead(1 + n * 27 / now, 0.5, rep_id=f"R{n % reps_now}")
    world.tables["reps"] = [
        {"rep_id": f"R{n}", "name": "x", "team": "a", "weekly_capacity_hours": 40.0, "hired_on": ago(900)}
        for n in range(4)
    ]
    return world


def test_half_the_reps_carry_twice_the_load() -> None:
    facts = staffed(40, 2).facts()
    look = look_at_workload(facts, cases_of(facts), RULES)
    assert look.figures["reps_now"] == pytest.approx(2.0)
    assert look.figures["growth"] == pytest.approx(1.0, abs=0.1)
    assert look.strength == 1.0


def test_a_steady_load_is_none() -> None:
    facts = staffed(40, 4).facts()
    assert look_at_workload(facts, cases_of(facts), RULES).strength == 0.0


def test_without_reps_there_is_no_load() -> None:
    world = Small()
    world.steady(20)
    facts = world.facts()
    assert look_at_workload(facts, cases_of(facts), RULES).figures == {}


def test_calls_booked_on_those_who_left_are_no_capacity() -> None:
    world = staffed(40, 4)
    for row, active in zip(world.tables["reps"], [True, None, False, False], strict=True):
        row["active"] = active
    facts = world.facts()
    look = look_at_workload(facts, cases_of(facts), RULES)
    assert look.figures["reps_now"] == pytest.approx(2.0)
    assert look.figures["reps_before"] == pytest.approx(4.0)
    assert look.figures["growth"] == pytest.approx(1.0, abs=0.1)


def test_a_fifth_more_leads_is_no_overload() -> None:
    facts = staffed(48, 4).facts()
    look = look_at_workload(facts, cases_of(facts), RULES)
    assert look.figures["growth"] == pytest.approx(0.2, abs=0.02)
    assert look.strength < 0.15


@pytest.mark.parametrize(("is_theirs", "team"), [(True, "a"), (False, None)])
def test_a_team_with_more_work_explains_only_a_trouble_of_its_own(is_theirs: bool, team: str | None) -> None:
    """Team a has 28 leads in the place of 20, team b 12; half of a's are stuck, or half of everybody's."""
    world = staffed(0, 4)
    for row in world.tables["reps"]:
        row["team"] = "a" if row["rep_id"] in ("R0", "R1") else "b"
    for n in range(40):
        is_a = n % 10 < 7
        is_stuck = n // 10 % 2 == 0 and (is_a or not is_theirs)
        world.lead(1 + n * 0.7, None if is_stuck else 0.5, rep_id=f"R{n % 2 if is_a else 2 + n % 2}")
    facts = world.facts()
    look = look_at_workload(facts, cases_of(facts), RULES)
    assert look.figures["team"] == team
    assert (look.strength > 0.5) == is_theirs


@pytest.mark.parametrize(("moved_now", "strength"), [(40, 1.0), (8, 0.0)])
def test_more_work_is_no_shortage_where_an_hour_moves_on_far_fewer(moved_now: int, strength: float) -> None:
    """Eighty leads in the place of forty for the same four reps, who move on as many as ever, or a fifth of them."""
    world = staffed(0, 4)
    for n in range(80):
        world.lead(1 + n * 0.34, 0.5 if n < moved_now else None, rep_id=f"R{n % 4}")
    facts = world.facts()
    look = look_at_workload(facts, cases_of(facts), RULES)
    assert look.figures["growth"] == pytest.approx(1.0, abs=0.1)
    assert look.figures["moved_on_per_hour"] == pytest.approx(moved_now / 40, abs=0.05)
    assert look.strength == strength
    assert look.text
    assert ("moves on 20% as many" in look.text.en) == (moved_now == 8)
