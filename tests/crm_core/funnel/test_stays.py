from __future__ import annotations

import random

import pytest

from crm_core.funnel.facts import FunnelFacts
from tests.crm_core.funnel.made import AS_OF, SETTINGS, day, facts_of, random_world

NAMES = [stage.name for stage in SETTINGS.funnel.stages]
LEAD = {"lead_id": "L1", "created_at": day(10)}


def path(facts: FunnelFacts) -> list[tuple[str, float]]:
    """Stages of the only lead, with the days before AS_OF at which it entered them."""
    ago = (facts.now - facts.stays["entered_at"].to_numpy()) / 86_400_000_000
    return [
        (NAMES[stage], round(float(days.astype(float)), 3))
        for stage, days in zip(facts.stays["stage"], ago, strict=True)
    ]


def test_a_lead_without_events_stands_in_the_first_stage_since_its_creation() -> None:
    facts = facts_of([LEAD])
    assert path(facts) == [("captured", 10.0)]
    assert facts.stays["is_implied"].tolist() == [True]
    assert facts.stays["left_at"].isna().all()


def test_events_are_placed_by_their_moment_in_whatever_order_they_come() -> None:
    events = [("L1", stage, day(10 - n)) for n, stage in enumerate(NAMES[:6])]
    expected = path(facts_of([LEAD], events))
    for seed in range(10):
        shuffled = random.Random(seed).sample(events, len(events))
        assert path(facts_of([LEAD], shuffled)) == expected == [(stage, 10.0 - n) for n, stage in enumerate(NAMES[:6])]


def test_at_one_moment_the_stage_further_down_counts_as_the_later() -> None:
    facts = facts_of([LEAD], [("L1", "negotiation", day(3)), ("L1", "contacted", day(3)), ("L1", "captured", day(10))])
    assert [stage for stage, _ in path(facts)] == ["captured", "contacted", "negotiation"]


def test_the_same_stage_again_is_one_stay() -> None:
    facts = facts_of(
        [LEAD], [("L1", "contacted", day(9)), ("L1", "contacted", day(5)), ("L1", "needs_analysis", day(4))]
    )
    assert path(facts) == [("captured", 10.0), ("contacted", 9.0), ("needs_analysis", 4.0)]


def test_a_lead_that_is_reopened_leaves_lost_again() -> None:
    facts = facts_of([LEAD], [("L1", "lost", day(8)), ("L1", "contacted", day(2))])
    assert [stage for stage, _ in path(facts)] == ["captured", "lost", "contacted"]
    assert facts.stays["next_stage"].tolist() == [NAMES.index("lost"), NAMES.index("contacted"), -1]


def test_an_event_before_the_creation_brings_the_capture_with_it() -> None:
    assert path(facts_of([LEAD], [("L1", "contacted", day(12))])) == [("captured", 12.0), ("contacted", 12.0)]


def test_a_lead_that_only_its_events_speak_of_is_kept() -> None:
    facts = facts_of([], [("ghost", "contacted", day(4))])
    assert facts.leads["lead_id"].tolist() == ["ghost"]
    assert path(facts) == [("captured", 4.0), ("contacted", 4.0)]


def test_a_stage_that_the_funnel_no_longer_has_is_left_out_and_told() -> None:
    facts = facts_of([LEAD], [("L1", "on_hold", day(4)), ("L1", "contacted", day(3))])
    assert [stage for stage, _ in path(facts)] == ["captured", "contacted"]
    assert facts.unknown_stages == {"on_hold": 1}


@pytest.mark.parametrize("seed", range(5))
def test_every_lead_stands_in_exactly_one_stage_at_every_moment(seed: int) -> None:
    rows, events = random_world(seed)
    stays = facts_of(rows, events).stays
    for _, mine in stays.groupby("lead"):
        assert mine["left_at"].tolist()[:-1] == mine["entered_at"].tolist()[1:]
        assert mine["left_at"].isna().tolist() == [False] * (len(mine) - 1) + [True]
        assert mine["stage"].iloc[0] == 0
        assert (mine["stage"].to_numpy()[1:] != mine["stage"].to_numpy()[:-1]).all()
    assert stays["lead"].nunique() == len(rows)
    assert (stays["entered_at"] <= AS_OF.replace(tzinfo=None)).all()
