"""Known values: mission C3 and C4 to the cent, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm_core.commission.agreements import record_mentor, record_shares
from crm_core.errors import CommissionError
from tests.crm_core.commission.conftest import DAY, START, Company


def test_first_order_8_second_to_fifth_6_from_the_sixth_5_per_cent(company: Company) -> None:
    for number in range(1, 8):
        company.order(f"O{number}", "10000.00", day=number)
        company.pay(f"P{number}", f"O{number}", "10000.00", at=START + timedelta(seconds=number))
    company.run()
    assert [entry.amount_cents for entry in company.entries()] == [80000, *[60000] * 4, 50000, 50000]
    assert company.check().is_sound


def test_the_number_is_the_customers_and_unpaid_orders_have_one_too(sqlite_company: Company) -> None:
    company = sqlite_company
    company.order("O1", "100.00")
    company.order("O2", "100.00", rep="B", day=1)
    company.order("X1", "100.00", customer="X", rep="B", day=2)
    company.pay("P2", "O2", "100.00")
    company.pay("PX", "X1", "100.00")
    company.run()
    assert company.owed() == {("B", "order_rate"): 600 + 800}


def test_part_payments_add_up_to_the_cent(company: Company) -> None:
    company.order("O1", "100.03")
    for place in range(7):
        company.pay(f"P{place}", "O1", "14.29", at=START + timedelta(seconds=place))
        company.run()
    amounts = [entry.amount_cents for entry in company.entries()]
    assert sum(amounts) == 800  # 8 % of 100.03 = 8.0024
    assert set(amounts) == {114, 115}
    assert company.check().is_sound


def test_what_is_paid_beyond_the_order_earns_nothing_but_is_told(sqlite_company: Company) -> None:
    company = sqlite_company
    company.order("O1", "100.00")
    company.pay("P1", "O1", "100.00")
    company.pay("P2", "O1", "50.00", at=START + timedelta(seconds=1))
    company.run()
    first, second = company.entries()
    assert (first.amount_cents, second.amount_cents) == (800, 0)
    assert "only the contract amount earns" in second.en


@pytest.mark.parametrize("how", ["status", "own_row", "negative"])
def test_a_reversal_claws_back_exactly(company: Company, how: str) -> None:
    company.order("O1", "33.33")
    company.pay("P1", "O1", "11.17")
    company.pay("P2", "O1", "22.16", at=START + timedelta(seconds=1))
    company.run()
    before = company.owed()
    company.pay("P3", "O1", "0.01", at=START + timedelta(seconds=2))  # beyond the order's amount: earns nothing
    company.run()
    later = START + timedelta(seconds=9)
    if how == "status":
        company.pay("P3", "O1", "0.01", "reversed", at=START + timedelta(seconds=2))
        company.pay("P1", "O1", "11.17", "reversed")
        company.pay("P2", "O1", "22.16", "reversed", at=START + timedelta(seconds=1))
    elif how == "own_row":
        for place, amount in enumerate(("11.17", "22.16", "0.01")):
            company.pay(f"R{place}", "O1", amount, "reversed", at=later)
    else:
        company.pay("R1", "O1", "-33.34", at=later)
    company.run()
    assert before == {("A", "order_rate"): 267}
    assert company.owed() == {}
    assert [entry.kind for entry in company.entries()].count("reversal") >= 1
    assert company.check().is_sound


def test_the_same_again_books_nothing(company: Company) -> None:
    company.order("O1", "100.00")
    company.pay("P1", "O1", "40.00")
    assert company.run().journals == {"payment": 1}
    company.pay("P1", "O1", "40.00")  # delivered again
    assert company.run().journals == {}
    company.pay("P1", "O1", "50.00")  # and corrected at its source
    assert company.run().journals == {"payment": 1}
    assert [entry.amount_cents for entry in company.entries()] == [320, 80]


def test_a_shared_deal_is_split_and_the_parts_add_up(company: Company) -> None:
    company.order("O1", "100.03")
    company.pay("P1", "O1", "100.03")
    company.run()
    assert record_shares(company.engine, "O1", {"A": 3333, "B": 6667}, company.now)
    assert not record_shares(company.engine, "O1", {"A": 3333, "B": 6667}, company.now + DAY)
    assert company.run().journals == {"correction": 1}
    assert company.owed() == {("A", "order_rate"): 267, ("B", "order_rate"): 533}
    [_, correction] = company.entries()
    assert correction.en == (
        "terms changed: 8 % of 100.03 CNY paid of 100.03, first order = 8.00, share 33.33 % = 2.67, "
        "less 8.00 booked before -> -5.33"
    )
    assert company.check().is_sound


def test_a_mentor_gets_a_tenth_on_top_for_the_orders_of_its_days(company: Company) -> None:
    day = START.date() - 5 * DAY
    assert record_mentor(company.engine, "A", "M", day, company.now)
    assert not record_mentor(company.engine, "A", "M", day, company.now + DAY)
    company.order("O1", "100.00", day=3)  # the day before
    company.order("O2", "100.00", day=4)
    company.pay("P1", "O1", "100.00")
    company.pay("P2", "O2", "50.00")
    company.run()
    assert company.owed() == {("A", "order_rate"): 800 + 300, ("M", "mentor"): 30}
    [entry] = company.entries("M")
    assert entry.en == "10 % of the 3.00 CNY of A, as mentor -> 0.30"
    assert entry.zh == "带教奖励：A 佣金 3.00 CNY 的 10 % -> 0.30"


@pytest.mark.parametrize(
    ("order_id", "shares", "message"),
    [
        ("O1", {"A": 5000, "B": 4999}, "add up to 10,000 basis points, but got A=5000, B=4999"),
        ("O1", {"A": 10000, "B": 0}, "must be positive"),
        ("O1", {}, "add up to"),
        ("O1", {"A": 5000, "Z": 5000}, "Z is not"),
        ("O9", {"A": 10000}, "there is none with 'O9'"),
    ],
)
def test_shares_that_break_a_rule_are_refused(
    sqlite_company: Company, order_id: str, shares: dict[str, int], message: str
) -> None:
    sqlite_company.order("O1", "1.00")
    with pytest.raises(CommissionError, match=message):
        record_shares(sqlite_company.engine, order_id, shares, sqlite_company.now)


def test_statements_are_of_known_reps_and_come_in_the_order_of_time(sqlite_company: Company) -> None:
    engine, now, day = sqlite_company.engine, sqlite_company.now, START.date()
    for rep_id, mentor_id, first, last, message in (
        ("A", "A", day, None, "somebody else"),
        ("A", "Z", day, None, "Z is not"),
        ("A", "M", day, day - DAY, "not end before"),
    ):
        with pytest.raises(CommissionError, match=message):
            record_mentor(engine, rep_id, mentor_id, first, now, last)
    assert record_mentor(engine, "A", "M", day, now)
    with pytest.raises(CommissionError, match="after the last one"):
        record_mentor(engine, "A", "B", day, now)
    sqlite_company.order("O1", "1.00")
    later = sqlite_company.now
    assert record_shares(engine, "O1", {"A": 5000, "B": 5000}, later)
    with pytest.raises(CommissionError, match="after the last one on O1"):
        record_shares(engine, "O1", {"A": 10000}, later)


def test_merged_customers_count_as_one(sqlite_company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    company = sqlite_company
    company.order("O1", "100.00", customer="C1")
    company.order("O2", "100.00", customer="C2", day=1)
    company.pay("P2", "O2", "100.00")
    company.run()
    assert company.owed() == {("A", "order_rate"): 800}
    monkeypatch.setattr("crm_core.commission.read_facts.golden_ids", lambda *_: {"C2": "C1"})
    assert company.run().journals == {"correction": 1}
    assert company.owed() == {("A", "order_rate"): 600}


def test_what_earns_nothing_yet_is_told(sqlite_company: Company) -> None:
    company = sqlite_company
    company.order("O1", "100.00", rep=None)
    company.pay("P1", "O1", "100.00")
    company.pay("P2", "O9", "100.00")
    assert company.run().waiting == {"no_owner": 1, "unknown_order": 1}
    company.order("O1", "100.00", rep="B")
    company.order("O9", "100.00", customer="X")
    assert company.run().waiting == {}
    assert company.owed() == {("A", "order_rate"): 800, ("B", "order_rate"): 800}


def test_a_run_never_stands_before_the_ledger(sqlite_company: Company) -> None:
    company = sqlite_company
    company.order("O1", "100.00")
    company.pay("P1", "O1", "100.00")
    company.run()
    company.now -= DAY
    with pytest.raises(CommissionError, match="must not stand before the ledger"):
        company.run()
