from __future__ import annotations

from monitoring.diagnosis.incoming import moves
from monitoring.diagnosis.traits import lead_traits
from tests.monitoring.diagnosis.made import SETTINGS, Small, cases_of


def test_a_channel_that_grows_from_an_eighth_to_two_fifths_is_told_first() -> None:
    world = Small()
    world.steady(44, windows=4)
    world.steady(6, channel_id="fair", windows=4)
    for n in range(22):
        world.lead(20 - n * 0.5, 1, channel_id="fair")
    facts = world.facts()
    first = moves(facts, lead_traits(facts, 30, SETTINGS), cases_of(facts))[0]
    assert (first.dimension, first.label) in {("channel", "fair"), ("channel", "web")}
    assert first.share_before in {0.12, 0.88}
    assert first.p_value < 1e-4
    assert first.strength(0.1, 0.01) == 1.0


def test_a_steady_mix_moves_nothing() -> None:
    world = Small()
    world.steady(30)
    world.steady(10, channel_id="fair")
    facts = world.facts()
    assert all(
        move.strength(0.1, 0.01) == 0 for move in moves(facts, lead_traits(facts, 30, SETTINGS), cases_of(facts))
    )
