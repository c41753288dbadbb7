from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from monitoring.review.proposals import Proposal, propose
from monitoring.shrunk_shares import shrunk_shares
from monitoring.texts import Text
from tests.monitoring.review.made import JUNE, MAY, Small, diagnosed, fallen, on


def kinds(proposals: list[Proposal]) -> set[str]:
    return {one.proposal_id.removeprefix("2026-06:") for one in proposals}


def test_a_conversion_that_fell_beyond_chance_asks_for_a_change_of_its_stage() -> None:
    [one] = [one for one in propose(fallen().facts(), JUNE) if one.kind == "conversion"]
    assert (one.stage, one.value) == ("contacted", 0.4)
    assert "80%" in one.why.en
    assert "40%" in one.why.zh


def test_the_same_figures_ask_for_nothing_of_the_kind() -> None:
    world = Small()
    world.month(5, 40, 10)
    world.month(6, 40, 10)
    assert not {"contacted:conversion", "contacted:dwell"} & kinds(propose(world.facts(), JUNE))


def test_a_few_leads_ask_for_nothing() -> None:
    world = Small()
    world.month(5, 10, 0)
    world.month(6, 0, 10)
    assert "contacted:conversion" not in kinds(propose(world.facts(), JUNE))


def test_a_longer_stay_asks_for_a_time_limit_unless_it_is_hours() -> None:
    world, short = Small(), Small()
    for small, days in ((world, 6.0), (short, 2.5)):
        small.month(5, 40, 0)
        small.month(6, 40, 0, days=days)
    assert "contacted:dwell" in kinds(propose(world.facts(), JUNE))
    assert "contacted:dwell" not in kinds(propose(short.facts(), JUNE))


def test_the_newest_diagnosis_becomes_a_proposal_with_its_actions() -> None:
    findings = [diagnosed(on(6, 10), 0.6), diagnosed(on(6, 20), 0.9), diagnosed(on(5, 20), 0.95, "onboarding")]
    [one] = [one for one in propose(fallen().facts(findings), JUNE) if one.kind == "channel_mix_shift"]
    assert "90% sure" in one.why.en
    assert one.steps == [Text("Pre-screen.", "预筛选。")]
    assert "contacted:onboarding" not in kinds(propose(fallen().facts(findings), JUNE))


@pytest.mark.parametrize(("cause", "confidence"), [("unknown", 0.9), ("seasonality", 0.9), ("onboarding", 0.4)])
def test_an_unknown_or_unsure_cause_asks_for_no_change(cause: str, confidence: float) -> None:
    found = kinds(propose(fallen().facts([diagnosed(on(6, 10), confidence, cause)]), JUNE))
    assert f"contacted:{cause}" not in found


def test_a_field_that_is_left_empty_is_to_become_obligatory_where_it_is_asked_for() -> None:
    assert "contacted:field_industry" in kinds(propose(fallen().facts(), MAY)) | kinds(propose(_lacking(), JUNE))
    assert "contacted:field_industry" not in kinds(propose(_lacking(industry="steel"), JUNE))


def _lacking(**columns: str):  # type: ignore[no-untyped-def]
    world = Small()
    world.month(6, 40, 0, **columns)
    return world.facts()


def test_a_missed_milestone_is_to_become_a_condition() -> None:
    world = Small()
    world.month(6, 40, 0)
    world.events += [(f"L{n}", "technical_exchange", on(6, 28)) for n in range(40)]
    world.events = [event for event in world.events if event[1] != "needs_analysis" or event[0] in {"L0", "L1"}]
    [one] = [one for one in propose(world.facts(), JUNE) if one.kind == "needs_analysis"]
    assert (one.stage, one.value) == ("needs_analysis", 0.05)


def test_a_channel_to_cut_is_to_be_screened_at_the_first_stage(quality) -> None:  # type: ignore[no-untyped-def]
    world = Small()
    world.month(6, 10, 0)
    channels = [quality, replace(quality, channel="web", name=Text("Web", "官网"), verdict="keep")]
    found = [one for one in propose(world.facts(channels=channels), JUNE) if one.kind.startswith("channel_")]
    assert [(one.stage, one.kind) for one in found] == [("captured", "channel_fair")]
    [step] = found[0].steps
    assert "the leads of Fair on entry" in step.en
    assert "“展会”" in step.zh


@pytest.fixture
def quality():  # type: ignore[no-untyped-def]
    from monitoring.channel_quality import ChannelQuality  # noqa: PLC0415

    [share] = shrunk_shares(np.array([1]), np.array([50]))
    name, cut = Text("Fair", "展会"), Text("Cut.", "削减。")
    return ChannelQuality("fair", name, 50, 0.5, {}, share, None, None, None, None, None, None, None, "cut", cut)


def test_a_recorded_proposal_reads_back_as_it_was() -> None:
    [one] = [one for one in propose(fallen().facts(), JUNE) if one.kind == "conversion"]
    finding = one.to_finding(on(6, 30))
    figures = json.loads(json.dumps(finding.figures))
    assert Proposal.of(replace(finding, figures=figures), []) == one
