"""The database itself keeps the ledger: what a person with SQL could try is refused on both databases."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import Engine, text

from crm_core.commission.agreements import record_mentor, record_shares
from crm_core.database import write_transaction
from crm_core.errors import DatabaseError
from tests.crm_core.commission.conftest import START, Company

COLUMNS = {
    "commission_plans": "version",
    "commission_journals": "period",
    "commission_lines": "amount_cents",
    "deal_shares": "share_bp",
    "mentorships": "mentor_id",
}
JOURNAL = (
    "INSERT INTO commission_journals (journal_id, source, sequence, kind, counted_cents, period, inputs, as_of) "
    "VALUES (99, 'x', 1, 'bonus', 0, '2024-03', '{}', '2024-03-01 00:00:00')"
)
LINE = "INSERT INTO commission_lines (journal_id, line, account, currency, amount_cents) VALUES "


@pytest.fixture
def booked(company: Company) -> Company:
    company.order("O1", "100.00")
    record_shares(company.engine, "O1", {"A": 5000, "B": 5000}, company.now)
    record_mentor(company.engine, "A", "M", START.date(), company.now)
    company.pay("P1", "O1", "100.00")
    company.run()
    return company


def refused(engine: Engine, *statements: str) -> str:
    """The sentence by which the database refuses."""
    with pytest.raises(DatabaseError) as raised:
        _execute(engine, statements)
    return str(raised.value)


def _execute(engine: Engine, statements: Sequence[str]) -> None:
    with write_transaction(engine) as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_update_delete_and_truncate_are_refused_on_every_table_of_the_ledger(booked: Company) -> None:
    engine, before = booked.engine, booked.owed()
    for table, column in COLUMNS.items():
        assert "UPDATE is refused" in refused(engine, f"UPDATE {table} SET {column} = {column}")
        assert "DELETE is refused" in refused(engine, f"DELETE FROM {table}")
        if engine.dialect.name == "postgresql":
            assert "TRUNCATE is refused" in refused(engine, f"TRUNCATE {table} CASCADE")
        else:
            assert "must stay as" in refused(engine, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    assert booked.owed() == before


def test_a_journal_must_balance_have_lines_and_stay_sealed(booked: Company) -> None:
    engine = booked.engine
    seal = "must exist and sum to zero in each currency"
    assert seal in refused(engine, JOURNAL)
    assert seal in refused(engine, LINE + "(99, 1, 'expense', 'CNY', 5), (99, 2, 'payable', 'CNY', -4)", JOURNAL)
    assert seal in refused(engine, LINE + "(99, 1, 'expense', 'CNY', 5), (99, 2, 'payable', 'USD', -5)", JOURNAL)
    assert "no line is added" in refused(engine, LINE + "(1, 9, 'expense', 'CNY', 0)")
    refused(engine, LINE + "(98, 1, 'expense', 'CNY', 0)")  # lines without a journal do not outlive the transaction
    assert booked.check().is_sound


def test_one_source_and_sequence_is_booked_once(booked: Company) -> None:
    again = (
        "INSERT INTO commission_journals (journal_id, source, sequence, kind, counted_cents, period, inputs, as_of) "
        "SELECT 99, source, sequence, kind, counted_cents, period, inputs, as_of FROM commission_journals"
    )
    assert "UNIQUE" in refused(booked.engine, LINE + "(99, 1, 'expense', 'CNY', 0)", again).upper()
