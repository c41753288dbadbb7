from __future__ import annotations

from configs.sections import Playbook
from crm_core.funnel import completeness_by, record_completeness
from tests.crm_core.funnel.made import SETTINGS, day, facts_of

PLAY = {"talk_track": {"en": "x", "zh": "x"}, "templates": []}
PLAYBOOK = Playbook(
    stages={
        "captured": {**PLAY, "required_fields": ["phone"]},
        "contacted": {**PLAY, "required_fields": ["budget", "decision_maker"]},
        "lost": {**PLAY, "required_fields": ["reason"]},
    }
)
SLUGS = {("lead", "decision_maker"): "decision_maker"}
LEADS = [
    {"lead_id": "a", "created_at": day(9), "phone": "1", "rep_id": "r1"},
    {"lead_id": "b", "created_at": day(9), "phone": " ", "rep_id": "r1", "attributes": '{"decision_maker":"boss"}'},
    {"lead_id": "c", "created_at": day(9), "phone": "1", "rep_id": "r2", "budget_cents": 5.0},
    {"lead_id": "d", "created_at": day(9), "rep_id": "r2"},
    {"lead_id": "e", "created_at": day(9), "rep_id": "r2"},
]
EVENTS = [
    ("b", "contacted", day(8)), ("c", "negotiation", day(8)), ("d", "lost", day(8), "too dear"), ("e", "lost", day(8)),
]  # fmt: skip


def test_a_record_must_hold_what_its_stage_and_those_before_ask_for() -> None:
    records = record_completeness(facts_of(LEADS, EVENTS, slugs=SLUGS), PLAYBOOK).set_index("lead_id")
    assert {key: (row["required"], row["filled"], row["missing"]) for key, row in records.iterrows()} == {
        "a": (1, 1, ""), "b": (3, 1, "phone, budget"), "c": (3, 2, "decision_maker"), "d": (1, 1, ""),
        "e": (1, 0, "reason"),
    }  # fmt: skip
    assert records.loc["c", "completeness"] == 2 / 3


def test_a_logged_value_fills_a_field_and_an_unknown_attribute_is_missing_in_all() -> None:
    change = {"entity": "lead", "entity_id": "b", "attribute": "budget", "value": "900", "changed_at": day(5)}
    known = facts_of(LEADS, EVENTS, slugs=SLUGS, attribute_changes=[change])
    assert record_completeness(known, PLAYBOOK).set_index("lead_id").loc["b", "missing"] == "phone"
    unknown = record_completeness(facts_of(LEADS, EVENTS), PLAYBOOK).set_index("lead_id")
    assert unknown.loc["b", "missing"] == "phone, budget, decision_maker"


def test_completeness_is_measured_per_stage_and_rep() -> None:
    records = record_completeness(facts_of(LEADS, EVENTS, slugs=SLUGS), PLAYBOOK)
    by_rep = completeness_by(records, "rep_id").set_index("rep_id")
    assert by_rep["leads"].to_dict() == {"r1": 2, "r2": 3}
    assert by_rep.loc["r1", "completeness"] == (1 + 1 / 3) / 2
    assert by_rep.loc["r1", "complete"] == 0.5
    assert by_rep["most_missing"].to_dict() == {"r1": "budget", "r2": "decision_maker"}
    assert completeness_by(records, "stage").set_index("stage").loc["lost", "complete"] == 0.5


def test_a_playbook_that_asks_for_nothing_finds_every_record_whole() -> None:
    records = record_completeness(facts_of(LEADS), Playbook(stages={}))
    assert records["completeness"].tolist() == [1.0] * len(LEADS)


def test_the_shipped_playbook_speaks_of_every_stage_in_both_languages() -> None:
    assert list(SETTINGS.playbook.stages) == [stage.name for stage in SETTINGS.funnel.stages]
    for play in SETTINGS.playbook.stages.values():
        assert play.talk_track.en
        assert play.talk_track.zh
        assert play.templates
