from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from configs.sections import CommissionPlan, OrderRate
from crm_core.errors import PlanChangedError
from tests.crm_core.commission.conftest import START, Company


def with_rate(plan: CommissionPlan, rate: str, **changed: object) -> CommissionPlan:
    return plan.model_copy(update={"order_rates": [OrderRate(from_number=1, rate=Decimal(rate))], **changed})


@pytest.fixture
def paid(sqlite_company: Company) -> Company:
    sqlite_company.order("O1", "100.00")
    sqlite_company.pay("P1", "O1", "100.00")
    sqlite_company.run()
    return sqlite_company


def test_a_used_plan_is_never_edited_or_taken_away(paid: Company) -> None:
    first = paid.plan
    paid.with_plans(with_rate(first, "0.09"))
    with pytest.raises(PlanChangedError, match="of version 'first' it was edited"):
        paid.run()
    paid.with_plans(with_rate(first, "0.09", version="second"))
    with pytest.raises(PlanChangedError, match="of version 'first' it is missing"):
        paid.run()
    paid.with_plans(first)
    assert paid.run().journals == {}


def test_a_change_is_a_new_version_for_orders_from_its_day_on(paid: Company) -> None:
    day = START.date()
    paid.with_plans(paid.plan, with_rate(paid.plan, "0.10", version="second", valid_from=day))
    paid.order("O2", "100.00", customer="X", day=8)  # the day before
    paid.order("O3", "100.00", customer="Y", day=9)
    paid.pay("P2", "O2", "100.00")
    paid.pay("P3", "O3", "100.00")
    assert paid.run().plans_published == ["second"]
    told = [(entry.order_id, entry.plan_version, entry.amount_cents) for entry in paid.entries()]
    assert told == [("O1", "first", 800), ("O2", "first", 800), ("O3", "second", 1000)]


def test_a_version_for_days_that_are_past_corrects_what_was_booked(paid: Company) -> None:
    paid.with_plans(paid.plan, with_rate(paid.plan, "0.07", version="second", valid_from=date(2024, 1, 1)))
    assert paid.run().journals == {"correction": 1}
    [_, correction] = paid.entries()
    assert (correction.amount_cents, correction.plan_version) == (-100, "second")
    assert correction.en == (
        "terms changed: 7 % of 100.00 CNY paid of 100.00, first order = 7.00, less 8.00 booked before -> -1.00"
    )
    assert paid.check().is_sound
