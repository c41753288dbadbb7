from __future__ import annotations

import numpy as np
import pytest

from monitoring.diagnosis.explained import Explained, explain
from monitoring.diagnosis.sayings import Sayings, sayings
from monitoring.diagnosis.spoken import spoken_traits
from monitoring.diagnosis.stuck import sides
from monitoring.diagnosis.traits import yes_or_no
from monitoring.diagnosis.words import Words
from tests.monitoring.diagnosis.made import RULES, Small, ago, cases_of


def heard(stuck_say: str, others_say: str) -> Sayings:
    world = Small()
    world.steady(40)
    moved = [lead["lead_id"] for lead in world.leads]
    stuck = [world.lead(20 - n * 0.2) for n in range(40)]
    said = [(lead, stuck_say if n % 2 else others_say) for n, lead in enumerate(stuck)]
    said += [(lead, others_say) for lead in moved]
    world.tables["activities"] = [
        {"lead_id": lead, "occurred_at": ago(3), "kind": "call", "summary": text} for lead, text in said
    ]
    facts = world.facts()
    cases = cases_of(facts)
    spoken = spoken_traits(facts, facts.now, 30, RULES)
    explained = [one for trait in spoken for one in explain(cases, trait, 200, 1)]
    return sayings(facts, cases, sides(facts, cases), spoken, explained, RULES)


@pytest.mark.parametrize(
    ("stuck_say", "others_say", "words"),
    [
        ("客户表示预算有限，询问能否分期付款", "讨论了技术指标和接口", {"预算有限", "分期付款"}),
        ("Their budget is limited, asked for instalments", "went through the specification",
         {"budget is limited", "instalments"}),
    ],
)  # fmt: skip
def test_what_the_stuck_say_is_found_in_both_languages(stuck_say: str, others_say: str, words: set[str]) -> None:
    found = heard(stuck_say, others_say)
    assert words <= {word.word for word in found.words}
    assert found.strength("affordability") > 0.5
    assert found.strength("waiting") == 0.0


def test_what_everybody_says_is_no_key_word() -> None:
    found = heard("讨论了技术指标和接口", "讨论了技术指标和接口")
    assert found.words == []
    assert found.strength("affordability") == 0.0


def test_money_that_all_speak_of_since_a_price_rose_counts_with_the_segment_that_stopped() -> None:
    world = Small()
    told = []
    for window in range(4):
        for n in range(40):
            is_stuck = n % 2 == 0
            lead = world.lead(30 * window + 28, None if is_stuck and not window else 30 * window + 5,
                              "lost" if is_stuck else "solution_demo")  # fmt: skip
            told.append((lead, 30 * window + 10, "觉得太贵，预算有限" if window == 0 else "讨论了技术指标"))
    world.tables["activities"] = [
        {"lead_id": lead, "occurred_at": ago(days), "kind": "call", "summary": text} for lead, days, text in told
    ]
    facts = world.facts()
    cases = cases_of(facts, is_stock=False)
    spoken, of = spoken_traits(facts, facts.now, 30, RULES), sides(facts, cases)
    small = yes_or_no("small", "segment", np.arange(160) % 2 == 0, np.ones(160, bool))
    segment = Explained(small, "yes", 0.6, 0.7, 0.5, 0.9, 4.0, 20, 60, 2, 30, 18, 10.0, 0.6)
    assert sayings(facts, cases, of, spoken, [], RULES).strength("affordability") == 0.0
    found = sayings(facts, cases, of, spoken, [segment], RULES)
    assert found.strength("affordability") == pytest.approx(0.6)
    assert found.strength("waiting") == 0.0


def test_without_summaries_nothing_is_said() -> None:
    world = Small()
    world.steady(10)
    world.lead(5)
    facts = world.facts()
    cases = cases_of(facts)
    assert sayings(facts, cases, sides(facts, cases), [], [], RULES) == Sayings([], {}, 0)


def test_phrases_of_the_trade_stay_whole() -> None:
    words = Words(RULES).of("预算有限，Cannot afford it without leasing 12")
    assert {"预算有限", "cannot afford", "leasing", "without"} <= words
    assert "预算" not in words
    assert "12" not in words
