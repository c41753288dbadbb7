"""Bring the ledger to what is due at a moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from configs.settings import Settings
from crm_core.commission.book import Book, Journal
from crm_core.commission.ledger import lock_ledger, read_book, write_journals
from crm_core.commission.plans import check_unchanged, publish, published_plans
from crm_core.commission.posting import Posting
from crm_core.commission.read_facts import read_facts
from crm_core.database import write_transaction
from crm_core.errors import CommissionError


@dataclass(frozen=True)
class CommissionRun:
    """What a run booked. `journals`: kind -> count; `added_cents`: currency -> rule -> cents more owed than before;
    `owed_cents`: currency -> cents owed in all; `waiting`: payments that earn nothing yet, by why.
    """

    as_of: datetime
    journals: Mapping[str, int]
    added_cents: Mapping[str, Mapping[str, int]]
    owed_cents: Mapping[str, int]
    waiting: Mapping[str, int]
    plans_published: list[str]


def run_commission(engine: Engine, settings: Settings, as_of: datetime) -> CommissionRun:
    """Book the difference between what is due at as_of and what is booked; the same again books nothing.

    Raises
    ------
    CommissionError: as_of lies before the moment the ledger stands at. PlanChangedError: a used plan was edited.
    DatabaseError: the database cannot be read or written. Nothing is booked in any of these.
    """
    with write_transaction(engine) as connection:
        lock_ledger(connection)
        published, book = published_plans(connection), read_book(connection)
        check_unchanged(published, settings.commission.plans)
        _check_forward(book, as_of)
        posting = posting_at(connection, settings, as_of, book.last_as_of)
        journals = list(posting.journals(book))
        used = {journal.plan_version for journal in journals}
        plans = [plan for plan in settings.commission.plans if plan.version in used]
        new = publish(connection, published, plans, as_of)
        write_journals(connection, book, journals, as_of)
    kinds = dict(Counter(journal.kind for journal in journals))
    return CommissionRun(as_of, kinds, _added(journals), _owed(book), posting.due.waiting, new)


def posting_at(
    connection: Connection, settings: Settings, as_of: datetime, stands_at: datetime | None = None
) -> Posting:
    """The run at as_of over the facts known then; `stands_at`: the ledger's moment, months before which are closed."""
    facts = read_facts(connection, settings, as_of)
    open_month = facts.month_of(stands_at) if stands_at else ""
    return Posting(facts, settings.commission.plans, settings.intake.currency, as_of, open_month)


def _check_forward(book: Book, as_of: datetime) -> None:
    """A run in the past would take back what has been earned since."""
    if book.last_as_of is not None and as_of < book.last_as_of:
        raise CommissionError(
            f"A run must not stand before the ledger, which stands at {book.last_as_of.isoformat()}, "
            f"but got as_of={as_of.isoformat()}."
        )


def _added(journals: Sequence[Journal]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for journal in journals:
        for claim, cents in journal.claims.items():
            rules = found.setdefault(claim.currency, {})
            rules[claim.rule] = rules.get(claim.rule, 0) + cents
    return found


def _owed(book: Book) -> dict[str, int]:
    found: Counter[str] = Counter()
    for (_, claim), cents in book.balances().items():
        found[claim.currency] += cents
    return dict(found)
