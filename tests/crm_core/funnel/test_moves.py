from __future__ import annotations

import re
from typing import Any

import pytest

from crm_core.funnel import breaches, broken_rule, move_kind
from tests.crm_core.funnel.made import SETTINGS, day, facts_of, funnel_with

LEAD = {"lead_id": "L1", "created_at": day(10), "rep_id": "r1"}


@pytest.mark.parametrize(
    ("source", "target", "kind"),
    [
        ("captured", "negotiation", "forward"),
        ("negotiation", "contacted", "back"),
        ("captured", "lost", "lost"),
        ("contract_signed", "lost", "lost"),
        ("lost", "contract_signed", "reopened"),
    ],
)
def test_a_move_has_a_kind(source: str, target: str, kind: str) -> None:
    assert move_kind(SETTINGS.funnel, source, target) == kind


@pytest.mark.parametrize(
    ("moves", "source", "target", "reason", "rule"),
    [
        ({}, "captured", "contract_signed", None, None),
        ({}, "negotiation", "contacted", None, "lacks_reason"),
        ({}, "negotiation", "contacted", "  ", "lacks_reason"),
        ({}, "negotiation", "contacted", "new contact person", None),
        ({}, "payment_received", "lost", None, None),
        ({}, "lost", "captured", None, None),
        ({"max_steps_forward": 2}, "captured", "needs_analysis", None, None),
        ({"max_steps_forward": 2}, "captured", "technical_exchange", None, "too_many_steps"),
        ({"max_steps_forward": 1}, "captured", "lost", None, None),
        ({"forbidden": ["reopened"]}, "lost", "captured", "wanted", "forbidden"),
        ({"needs_reason": ["lost"]}, "captured", "lost", None, "lacks_reason"),
        ({"only": {"captured": ["contacted", "lost"]}}, "captured", "needs_analysis", None, "not_allowed"),
        ({"only": {"captured": ["contacted", "lost"]}}, "captured", "contacted", None, None),
    ],
)
def test_the_configuration_says_which_moves_are_in_order(
    moves: dict[str, Any], source: str, target: str, reason: str | None, rule: str | None
) -> None:
    assert broken_rule(funnel_with(moves=moves), source, target, reason) == rule


def test_a_move_that_is_not_in_order_counts_and_is_told() -> None:
    facts = facts_of(
        [LEAD], [("L1", "negotiation", day(8)), ("L1", "contacted", day(6)), ("L1", "lost", day(5), "price")]
    )
    assert len(facts.stays) == 4
    [breach] = breaches(facts).to_dict("records")
    assert (breach["lead_id"], breach["rep_id"], breach["from_stage"], breach["to_stage"], breach["kind"]) == (
        "L1", "r1", "negotiation", "contacted", "back",
    )  # fmt: skip
    assert breach["moved_at"] == day(6).replace(tzinfo=None)
    assert breach["rule"] == "lacks_reason"


def test_a_late_event_that_fills_a_gap_changes_what_counts_as_a_breach() -> None:
    funnel = funnel_with(moves={"max_steps_forward": 1})
    late = ("L1", "contacted", day(7))
    known = [("L1", "needs_analysis", day(6))]
    assert breaches(facts_of([LEAD], known, funnel))["rule"].tolist() == ["too_many_steps"]
    assert breaches(facts_of([LEAD], [*known, late], funnel)).empty


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"moves": {"only": {"captured": ["nowhere"]}}}, "got the unknown nowhere"),
        ({"alarms": {"conversion_lines": {"demo": 0.5}}}, "got the unknown demo"),
        ({"moves": {"needs_reason": ["sideways"]}}, "'forward', 'back', 'lost' or 'reopened'"),
        (
            {"stages": [*SETTINGS.funnel.model_dump()["stages"], {"name": "lost", "en": "x", "zh": "x"}]},
            "one name twice",
        ),
    ],
)
def test_rules_that_speak_of_what_the_funnel_lacks_are_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        funnel_with(**changes)
