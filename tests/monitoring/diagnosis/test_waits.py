from __future__ import annotations

from dataclasses import replace

import pytest

from monitoring.diagnosis.evidence import NAMES
from monitoring.diagnosis.examination import Examination, examine, prepare
from monitoring.diagnosis.look import Look
from monitoring.diagnosis.traits import lead_traits
from monitoring.diagnosis.verdict import scores
from monitoring.diagnosis.waits import look_at_waits
from tests.monitoring.diagnosis.made import RULES, SETTINGS, Small, cases_of


def moved_after(days: float, standing: int = 0) -> Small:
    """Three windows of leads that move on after five days, one of those that do after so many; some stay."""
    world = Small()
    for window in range(4):
        for n in range(40):
            left = 30 * window + 1 + n * 0.3
            world.lead(left + (days if window == 0 else 5) * (1 + n % 5 / 10), left)
    for n in range(standing):
        world.lead(25 - n * 0.2)
    return world


def examined(world: Small) -> Examination:
    facts = world.facts()
    return examine(facts, prepare(facts, 30, SETTINGS), cases_of(facts), [], SETTINGS)


def test_who_moves_on_later_has_waited() -> None:
    facts = moved_after(10).facts()
    look = look_at_waits(facts, cases_of(facts), [], [])
    assert look.figures["times_as_long"] == pytest.approx(2, abs=0.1)
    assert look.strength == 1.0
    assert look.figures["surely_not"] == 0.0


def test_a_pile_that_delays_nobody_is_no_wait() -> None:
    facts = moved_after(5, standing=60).facts()
    look = look_at_waits(facts, cases_of(facts), [], [])
    assert look.strength == 0.0
    assert look.figures["surely_not"] == 1.0


def test_a_slow_channel_is_left_out() -> None:
    world = moved_after(5)
    for n in range(40):
        world.lead(28 - n * 0.1, 3 - n * 0.05, channel_id="fair")
    facts = world.facts()
    cases, traits = cases_of(facts), lead_traits(facts, 30, SETTINGS)
    fair = (facts.funnel.leads["channel_id"] == "fair").to_numpy()
    assert look_at_waits(facts, cases, [], []).strength > 0
    assert look_at_waits(facts, cases, traits, [fair]).strength == 0.0


def test_leads_that_nobody_hears_of_any_more_are_no_shortage() -> None:
    """Found by a generator that was not ours: half of all leads just stand still, the others are as quick as ever."""
    seen = examined(moved_after(5, standing=60))
    assert seen.pace.strength == 1.0
    found = scores(seen, RULES)
    assert max(NAMES, key=lambda name: found[name].value) == "unknown"


def test_more_work_makes_no_shortage_of_it_where_nobody_waits_longer() -> None:
    seen = examined(moved_after(5, standing=60))
    found = scores(replace(seen, workload=Look("workload", 1.0)), RULES)
    assert max(NAMES, key=lambda name: found[name].value) == "unknown"


def test_slow_and_late_leads_are_a_shortage_without_a_table_of_reps() -> None:
    seen = examined(moved_after(10, standing=60))
    assert seen.workload.strength == 0.0
    found = scores(seen, RULES)
    assert max(NAMES, key=lambda name: found[name].value) == "capacity_shortage"


def test_slow_leads_are_no_shortage_where_the_work_was_measured_and_did_not_grow() -> None:
    seen = examined(moved_after(10, standing=60))
    measured = replace(seen, workload=Look("workload", 0.0, {"growth": 0.0}), response=Look("response", 0.0))
    found = scores(measured, RULES)
    assert max(NAMES, key=lambda name: found[name].value) == "unknown"
