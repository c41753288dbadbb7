"""The whole diagnosis: on small worlds what it says and that it needs no table; slowly, on generated incidents."""

from __future__ import annotations

import json

import pytest

from benchmarks.diagnosis import judged
from benchmarks.incident_worlds import CAUSES, make_world
from crm_core.funnel import alarms
from monitoring.diagnosis.diagnosis import diagnose
from monitoring.diagnosis.errors import UnknownStageError
from tests.monitoring.diagnosis.made import AS_OF, SETTINGS, Small

# Levels at which nothing is proven by the history alone.
STRICT = SETTINGS.model_copy(
    update={
        "funnel": SETTINGS.funnel.model_copy(
            update={"alarms": SETTINGS.funnel.alarms.model_copy(update={"alpha": 1e-300})}
        ),
        "diagnosis": SETTINGS.diagnosis.model_copy(update={"slow_alpha": 1e-300}),
    }
)


def fair_world() -> Small:
    world = Small()
    world.steady(40, stuck=4, windows=10, employee_count=300)
    for n in range(20):
        world.lead(301 + n, employee_count=300)  # an old stock
    for n in range(40):
        world.lead(20 - n * 0.2, channel_id="fair", employee_count=20)
    return world


def test_the_case_names_channel_and_size_with_actions_in_both_languages() -> None:
    found = diagnose(fair_world().facts(), SETTINGS, AS_OF)
    assert ("stage_stock", "technical_exchange") in {(alarm.rule, alarm.stage) for alarm in found.alarms}
    first = found.causes[0]
    assert first.cause == "channel_mix_shift"
    assert first.segment == {"channel": "fair", "size_band": "<50"}
    assert first.actions
    assert all(action.en and action.zh for action in first.actions)
    assert "instead of" in first.actions[0].en


def test_what_is_told_names_channels_and_groups_in_words() -> None:
    world = fair_world()
    world.tables["channels"] = [{"channel_id": "fair", "name": "展会"}, {"channel_id": "web", "name": "官网"}]
    first = diagnose(world.facts(), SETTINGS, AS_OF).causes[0]
    assert "Fair went from" in first.text.en
    assert "展会的新线索占比" in first.text.zh
    assert "firms with under 50 employees" in first.text.en
    assert "times as common as among others" in first.text.en
    assert "channel Fair and firms with under 50 employees" in first.actions[0].en
    assert "渠道“展会”、员工数50以下的企业" in first.actions[0].zh
    assert "lift" not in first.text.en


def test_a_growth_that_few_leads_cannot_prove_is_told_where_its_cause_is_certain() -> None:
    found = diagnose(fair_world().facts(), STRICT, AS_OF)
    assert [alarm.rule for alarm in alarms(fair_world().facts().funnel, STRICT, AS_OF)] == []
    assert [(alarm.rule, alarm.stage) for alarm in found.alarms] == [("stage_stock", "technical_exchange")]
    assert found.causes[0].cause == "channel_mix_shift"


def test_the_answer_is_the_contracts_and_valid_json() -> None:
    answer = diagnose(fair_world().facts(), SETTINGS, AS_OF).to_json()
    json.dumps(answer, allow_nan=False)
    assert set(answer) == {"alarms", "findings"}
    assert set(answer["alarms"][0]) == {"rule", "stage", "from", "to", "change", "since"}
    assert set(answer["findings"][0]) == {"stage", "cause", "confidence", "evidence", "segment", "actions"}
    told = [finding["confidence"] for finding in answer["findings"]]
    assert told == sorted(told, reverse=True)


def test_a_stage_that_is_calm_can_be_asked_for_and_an_unknown_one_is_refused() -> None:
    world = Small()
    world.steady(30, windows=10)
    facts = world.facts()
    assert diagnose(facts, SETTINGS, AS_OF).to_json() == {"alarms": [], "findings": []}
    assert diagnose(facts, SETTINGS, AS_OF, stage="technical_exchange").causes[0].cause == "unknown"
    with pytest.raises(UnknownStageError, match=r"must be one of captured, .*, but got 'nowhere'"):
        diagnose(facts, SETTINGS, AS_OF, stage="nowhere")


def test_without_any_lead_there_is_nothing_to_say() -> None:
    assert diagnose(Small().facts(), SETTINGS, AS_OF).to_json() == {"alarms": [], "findings": []}


@pytest.mark.slow
@pytest.mark.parametrize("cause", CAUSES)
def test_a_generated_incident_is_named(cause: str) -> None:
    told = [judged(make_world(cause, seed), SETTINGS) for seed in (2001, 2002, 2003)]
    found = [one for one in told if one.first]
    assert found
    assert sum(one.is_right for one in found) >= len(found) - 1


@pytest.mark.slow
def test_calm_worlds_are_silent() -> None:
    told = [judged(make_world("calm", seed), SETTINGS) for seed in range(2001, 2006)]
    assert [one.first for one in told] == [""] * 5
    assert not any(one.is_alarmed for one in told)
