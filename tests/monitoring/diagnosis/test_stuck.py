from __future__ import annotations

import pytest

from monitoring.diagnosis.stuck import lifts, sides
from monitoring.diagnosis.traits import lead_traits
from tests.monitoring.diagnosis.made import SETTINGS, Small, cases_of


def test_small_firms_are_three_quarters_of_the_stuck_whose_size_is_known() -> None:
    world = Small()
    world.steady(40, employee_count=300)
    world.steady(10, employee_count=20)
    for n in range(50):
        size = 20 if n < 30 else 300 if n < 40 else None
        world.lead(20 - n * 0.2, employee_count=size, region="north" if n % 2 else "south")
    facts = world.facts()
    cases = cases_of(facts)
    found = lifts(sides(facts, cases), lead_traits(facts, 30, SETTINGS), 0.01)
    assert found[0].segment == {"size_band": "<50"}
    assert found[0].share_stuck == pytest.approx(0.75)
    assert found[0].interval.low < found[0].lift < found[0].interval.high
    assert not any("region" in lift.segment for lift in found)


def test_a_pair_is_told_where_it_beats_both_its_traits() -> None:
    world = Small()
    for size, channel in ((20, "fair"), (20, "web"), (300, "fair"), (300, "web")):
        world.steady(15, employee_count=size, channel_id=channel)
    for n in range(40):
        world.lead(20 - n * 0.2, employee_count=20, channel_id="fair")
    facts = world.facts()
    found = lifts(sides(facts, cases_of(facts)), lead_traits(facts, 30, SETTINGS), 0.01)
    assert {"size_band": "<50", "channel": "fair"} in [lift.segment for lift in found]
