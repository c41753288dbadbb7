from __future__ import annotations

import pytest

from crm_core.commission.agreements import record_shares
from crm_core.commission.statement import commission_statement
from crm_core.errors import CommissionError
from tests.crm_core.commission.conftest import DAY, START, Company


def test_every_entry_names_rule_plan_order_payment_and_arithmetic(company: Company) -> None:
    company.order("O1", "50000.00")
    company.pay("P1", "O1", "12500.00")
    company.now += 2 * DAY
    company.pay("P2", "O1", "37500.00", at=START + DAY)
    company.run()
    statement = commission_statement(company.engine, company.settings, "A", "2024-03", company.now)
    first, second = statement.entries
    assert (first.rule, first.plan_version, first.order_id, first.payment_id) == ("order_rate", "first", "O1", "P1")
    assert (first.occurred_at, first.amount_cents, first.currency) == (START, 100_000, "CNY")
    assert first.en == "8 % of 12,500.00 CNY paid of 50,000.00, first order -> 1,000.00"
    assert first.zh == "合同额 50,000.00 中已回款 12,500.00 CNY 的 8 %，客户第 1 单 -> 1,000.00"
    assert second.en == (
        "8 % of 50,000.00 CNY paid of 50,000.00, first order = 4,000.00, less 1,000.00 booked before -> 3,000.00"
    )
    assert statement.totals == {"CNY": {"order_rate": 400_000, "all": 400_000}}
    [progress] = statement.progress
    assert (progress.received_cents, progress.target_cents, progress.target_share) == (5_000_000, 200_000_000, 0.025)
    assert [bonus.amount_cents for bonus in progress.bonuses] == [0, 0]
    assert not progress.is_over


def test_a_reversal_says_what_it_takes_back(sqlite_company: Company) -> None:
    company = sqlite_company
    company.order("O1", "100.00")
    company.pay("P1", "O1", "100.00")
    company.run()
    company.pay("P1", "O1", "100.00", "reversed")
    company.run()
    _, back = company.entries()
    assert back.en == (
        "taken back: 8 % of 0.00 CNY paid of 100.00, first order = 0.00, less 8.00 booked before -> -8.00"
    )
    assert back.zh.startswith("冲回：")


def test_who_leaves_an_order_sees_why(sqlite_company: Company) -> None:
    company = sqlite_company
    company.order("O1", "100.00")
    company.pay("P1", "O1", "100.00")
    company.run()
    record_shares(company.engine, "O1", {"B": 10_000}, company.now)
    company.run()
    assert company.entries()[-1].en == (
        "terms changed: no longer a share in this order = 0.00, less 8.00 booked before -> -8.00"
    )
    company.order("O1", "-100.00")
    company.run()
    assert company.entries("B")[-1].zh == "条件变更：该订单不再计提佣金 = 0.00，减去此前已计 8.00 -> -8.00"


def test_a_statement_is_as_it_was_and_only_ones_own(company: Company) -> None:
    company.order("O1", "100.00")
    company.pay("P1", "O1", "100.00")
    company.run()
    then = company.now
    company.order("O2", "100.00", rep="B", day=1)
    company.pay("P2", "O2", "50.00")
    company.run()
    earlier = commission_statement(company.engine, company.settings, "B", "2024-03", then)
    assert (earlier.entries, earlier.progress[0].received_cents) == ([], 0)
    now = commission_statement(company.engine, company.settings, "B", "2024-03", company.now)
    assert ([entry.amount_cents for entry in now.entries], now.progress[0].received_cents) == ([300], 5000)
    assert [entry.order_id for entry in company.entries()] == ["O1"]


@pytest.mark.parametrize("period", ["2024-13", "2024", "24-01", "2024-1", "0000-01"])
def test_a_period_is_a_month(sqlite_company: Company, period: str) -> None:
    with pytest.raises(CommissionError, match="written YYYY-MM"):
        sqlite_company.entries(period=period)
