from __future__ import annotations

import numpy as np
import pytest

from monitoring.diagnosis.explained import Explained, explain
from monitoring.diagnosis.means import look_at_means, means_of, means_traits, prices
from monitoring.diagnosis.stuck import sides
from monitoring.diagnosis.traits import yes_or_no
from tests.monitoring.diagnosis.made import Small, ago, cases_of


def world(stuck_budget: float) -> Small:
    made = Small()
    made.steady(40, product="X", budget=95_000.0, expected_amount=100_000.0)
    for n in range(40):
        made.lead(20 - n * 0.2, product="X", budget=stuck_budget, expected_amount=100_000.0)
    made.tables["orders"] = [
        {"order_id": f"O{n}", "customer_id": f"C{n}", "lead_id": f"L{n}", "ordered_at": ago(50), "amount": 90_000.0,
         "discount_rate": 0.1}
        for n in range(10)
    ]  # fmt: skip
    return made


def test_a_price_is_the_products_before_discount() -> None:
    assert np.allclose(prices(world(95_000.0).facts()), 100_000_00)


def test_the_gap_between_budget_and_price_is_told() -> None:
    facts = world(30_000.0).facts()
    look = look_at_means(means_of(facts), sides(facts, cases_of(facts)), [], "CNY")
    assert look.figures["median_gap"] == pytest.approx(70_000)
    assert look.figures["cannot_pay_share"] == 1.0
    assert look.strength == 1.0
    assert look.text
    assert "can spend ¥30,000 (median)" in look.text.en
    assert "中位数为¥30,000" in look.text.zh


def test_equal_budgets_are_no_gap() -> None:
    facts = world(95_000.0).facts()
    assert look_at_means(means_of(facts), sides(facts, cases_of(facts)), [], "CNY").strength == 0.0


def test_without_budgets_orders_and_amounts_nothing_is_told() -> None:
    made = Small()
    made.steady(20)
    made.lead(5)
    facts = made.facts()
    assert look_at_means(means_of(facts), sides(facts, cases_of(facts)), [], "CNY").figures == {}


def test_a_price_that_rose_for_all_is_told_against_before() -> None:
    made = Small()
    for window in range(1, 4):
        for n in range(40):
            stays = 15 if n % 4 else 25  # a quarter stands at each window's end
            entered = 30 * window + 20
            made.lead(entered - n * 0.2, entered - stays, "lost", budget=95_000.0, expected_amount=100_000.0)
    for n in range(40):
        made.lead(20 - n * 0.2, 10 - n * 0.2 if n % 4 == 0 else None, budget=60_000.0, expected_amount=100_000.0)
    facts = made.facts()
    cases, means = cases_of(facts), means_of(facts)
    of = sides(facts, cases)
    explained = [one for trait in means_traits(means) for one in explain(cases, trait, 200, 0)]
    look = look_at_means(means, of, explained, "CNY")
    assert look.figures["chance_less_than_others"] == pytest.approx(0.5, abs=0.1)
    assert look.figures["chance_less_than_before"] > 0.9
    assert look.strength > 0.5
    assert look_at_means(means, of, [], "CNY").strength == 0.0
    small = yes_or_no("small", "segment", np.arange(160) % 2 == 0, np.ones(160, bool))
    segment = Explained(small, "yes", 0.6, 0.7, 0.5, 0.9, 4.0, 20, 60, 2, 30, 18, 10.0, 0.6)
    assert look_at_means(means, of, [segment], "CNY").strength == pytest.approx(0.6)
