"""The ledger in the database: read as a book, written journal by journal, never changed.

Writers come one after another: each calls `lock_ledger` first in its transaction. Should one not, (source, sequence) is
unique, so that of two who book the same the second is refused whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, text

from crm_core.commission.book import PAYABLE, Book, Journal
from crm_core.commission.entitlement import MonthKey
from crm_core.commission.terms import Claim
from crm_core.tables import CommissionJournal, CommissionLine

JOURNALS: Any = CommissionJournal.__table__
LINES: Any = CommissionLine.__table__
_BATCH = 5_000  # journals written at a time


def lock_ledger(connection: Connection) -> None:
    """No other transaction writes the ledger until this one ends, which from here on sees one state of the database.

    Must come first: on PostgreSQL the state is that of the moment the lock was got, since LOCK TABLE takes no snapshot
    (PostgreSQL manual, LOCK, notes). On SQLite a write transaction has the only lock anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        connection.execute(text("LOCK TABLE commission_journals IN SHARE ROW EXCLUSIVE MODE"))


def read_book(connection: Connection) -> Book:
    """What is booked."""
    book = Book()
    for order_id, payment_id, cents in connection.execute(_counted()):
        book.counted[order_id][payment_id] = int(cents)
    for order_id, month, rep_id, rule, currency, credit in connection.execute(_owed()):
        if order_id is not None:
            book.owed[order_id][Claim(rep_id, rule, currency)] = -int(credit)
        else:
            book.bonuses[MonthKey(rep_id, month, currency), rule] = -int(credit)
    sequences = select(JOURNALS.c.source, func.max(JOURNALS.c.sequence)).group_by(JOURNALS.c.source)
    book.sequences = {source: int(sequence) for source, sequence in connection.execute(sequences)}
    book.last_journal_id, book.last_as_of = last_entry(connection)
    return book


def last_entry(connection: Connection) -> tuple[int, datetime | None]:
    """The last journal's number, 0 while there is none, and the moment the ledger stands at."""
    last = connection.execute(select(func.max(JOURNALS.c.journal_id), func.max(JOURNALS.c.as_of))).one()
    return int(last[0] or 0), last[1]


def write_journals(connection: Connection, book: Book, journals: Iterable[Journal], as_of: datetime) -> int:
    """Add journals, numbered on from the book's last; returns how many."""
    count, waiting = 0, []
    for journal in journals:
        waiting.append(journal)
        count += 1
        if len(waiting) == _BATCH:
            _write(connection, book, waiting, as_of)
            waiting = []
    _write(connection, book, waiting, as_of)
    return count


def _write(connection: Connection, book: Book, journals: list[Journal], as_of: datetime) -> None:
    """Lines first: a journal seals what is there when it comes."""
    rows, lines = [], []
    for journal in journals:
        book.last_journal_id += 1
        sequence = book.sequences[journal.source] = book.sequences.get(journal.source, 0) + 1
        number = {"journal_id": book.last_journal_id}
        rows.append({**_columns(journal), **number, "sequence": sequence, "as_of": as_of})
        lines += [{**line, **number, "line": place} for place, line in enumerate(journal.lines(), start=1)]
    if rows:
        connection.execute(insert(LINES), lines)
        connection.execute(insert(JOURNALS), rows)


def _columns(journal: Journal) -> dict[str, Any]:
    names = ("source", "kind", "order_id", "payment_id", "counted_cents", "earned_month", "period", "plan_version")
    return {**{name: getattr(journal, name) for name in names}, "inputs": dict(journal.inputs)}


def _counted() -> Select[Any]:
    key = (JOURNALS.c.order_id, JOURNALS.c.payment_id)
    is_payment = JOURNALS.c.payment_id.is_not(None)
    return select(*key, func.sum(JOURNALS.c.counted_cents)).where(is_payment).group_by(*key)


def _owed() -> Select[Any]:
    """Credits per order and claim, and per month and claim where there is no order."""
    month = func.coalesce(JOURNALS.c.order_id, JOURNALS.c.earned_month)
    key = (JOURNALS.c.order_id, month, LINES.c.rep_id, LINES.c.rule, LINES.c.currency)
    joined = JOURNALS.join(LINES, JOURNALS.c.journal_id == LINES.c.journal_id)
    sums = select(*key, func.sum(LINES.c.amount_cents)).select_from(joined)
    return sums.where(LINES.c.account == PAYABLE).group_by(*key)
