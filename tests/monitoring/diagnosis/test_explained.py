from __future__ import annotations

from monitoring.diagnosis.explained import Explained, explain
from monitoring.diagnosis.traits import lead_traits
from tests.monitoring.diagnosis.made import SETTINGS, Small, cases_of


def of_channel(world: Small, label: str, is_stock: bool = True) -> Explained:
    facts = world.facts()
    cases = cases_of(facts, is_stock)
    [trait] = [one for one in lead_traits(facts, 30, SETTINGS) if one.name == "channel"]
    return next(one for one in explain(cases, trait, 200, 1) if one.label == label)


def test_a_channel_that_alone_piles_up_explains_the_pile() -> None:
    world = Small()
    world.steady(40, stuck=4)
    for n in range(4):  # a stock that was there before
        world.lead(100 + n)
    for n in range(40):
        world.lead(20 - n * 0.2, channel_id="fair")
    found = of_channel(world, "fair")
    assert found.share == 1.0
    assert found.strength > 0.8
    assert found.stock_now == 40


def test_a_channel_that_shares_the_fate_of_all_explains_nothing() -> None:
    world = Small()
    for channel in ("web", "fair"):
        world.steady(20, channel_id=channel)
        for n in range(15):
            world.lead(20 - n * 0.2, channel_id=channel)
    assert of_channel(world, "fair").strength < 0.3
    assert of_channel(world, "web").strength < 0.3


def test_a_channel_that_always_converts_badly_is_no_news() -> None:
    world = Small()
    world.steady(30, stuck=0)
    world.steady(5, stuck=15, channel_id="bad")
    assert of_channel(world, "bad", is_stock=False).strength == 0.0


def test_the_same_seed_gives_the_same_intervals() -> None:
    world = Small()
    world.steady(20)
    for n in range(20):
        world.lead(20 - n * 0.2, channel_id="fair")
    assert of_channel(world, "fair").low == of_channel(world, "fair").low


def test_a_channel_that_took_over_what_comes_in_explains_what_it_alone_does_worse() -> None:
    """Fresh leads of the web move on as ever, but fewer come: what has stood there for long is most of what is left."""
    world = Small()
    for n in range(60):  # stood there in every window, and always will
        world.lead(200 + n)
    world.steady(30, stuck=10)
    for n in range(8):
        world.lead(28 - n, 23 - n)
    for n in range(32):
        world.lead(28 - n * 0.5, channel_id="fair")
    found = of_channel(world, "fair", is_stock=False)
    assert found.share > 0.9
    assert found.strength > 0.7
