"""What a rep earned in a month: every entry with its rule, plan, order, payment and arithmetic, and how far it is."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from configs.settings import Settings
from crm_core.commission.book import PAYABLE
from crm_core.commission.explain import explain
from crm_core.commission.ledger import JOURNALS, LINES, last_entry
from crm_core.commission.progress import Progress, month_progress
from crm_core.commission.terms import Claim
from crm_core.database import read_transaction
from crm_core.errors import CommissionError


@dataclass(frozen=True)
class Entry:
    """One line of a journal on what the rep is owed, in cents; negative where something is taken back.

    kind: payment, reversal, correction or bonus. rule: order_rate, mentor, progressive or kpi. occurred_at: the moment
    of the payment; None where it is about none. earned_month: YYYY-MM; None for a correction. inputs: the figures.
    """

    journal_id: int
    kind: str
    rule: str
    plan_version: str | None
    order_id: str | None
    payment_id: str | None
    occurred_at: datetime | None
    earned_month: str | None
    period: str
    currency: str
    amount_cents: int
    en: str
    zh: str
    inputs: Mapping[str, Any]


@dataclass(frozen=True)
class Statement:
    """A rep's month. `totals`: currency -> rule -> cents, with the sum under `all`; `stands_at`: the last run that
    booked anything; `progress`: by what is known at as_of, booked or not.
    """

    rep_id: str
    period: str
    as_of: datetime
    stands_at: datetime | None
    entries: list[Entry]
    totals: Mapping[str, Mapping[str, int]]
    progress: list[Progress]


def commission_statement(engine: Engine, settings: Settings, rep_id: str, period: str, as_of: datetime) -> Statement:
    """The statement of a month (YYYY-MM) as it was at as_of; empty for who has no entry in it.

    Raises
    ------
    CommissionError: it is no month. DatabaseError: the database cannot be read.
    """
    check_month(period)
    with read_transaction(engine) as connection:
        entries = _entries(connection, rep_id, period, as_of)
        progress = month_progress(connection, settings, rep_id, period, as_of)
        _, stands_at = last_entry(connection)
    return Statement(rep_id, period, as_of, stands_at, entries, _totals(entries), progress)


def check_month(period: str) -> None:
    """Refuse what is no month.

    Raises
    ------
    CommissionError: it is not written YYYY-MM.
    """
    if not re.fullmatch(r"[1-9]\d{3}-(0[1-9]|1[0-2])", period):
        raise CommissionError(f"A period must be a month written YYYY-MM such as 2024-05, but got {period!r}.")


def _entries(connection: Connection, rep_id: str, period: str, as_of: datetime) -> list[Entry]:
    """In the order of their payments; what is about no payment comes last."""
    joined = LINES.join(JOURNALS, LINES.c.journal_id == JOURNALS.c.journal_id)
    mine = (
        LINES.c.rep_id == rep_id,
        LINES.c.account == PAYABLE,
        JOURNALS.c.period == period,
        JOURNALS.c.as_of <= as_of,
    )
    columns = [*JOURNALS.c, LINES.c.rule, LINES.c.currency, LINES.c.amount_cents, LINES.c.rep_id]
    query = select(*columns).select_from(joined).where(*mine).order_by(JOURNALS.c.journal_id, LINES.c.line)
    found = [_entry(row) for row in connection.execute(query).mappings()]
    return sorted(found, key=lambda one: (one.occurred_at is None, one.occurred_at or as_of, one.journal_id))


def _entry(row: Any) -> Entry:
    words = explain(row["kind"], row["inputs"], Claim(row["rep_id"], row["rule"], row["currency"]))
    at = row["inputs"].get("paid_at")
    names = (
        "journal_id", "kind", "rule", "plan_version", "order_id", "payment_id", "earned_month", "period", "currency",
        "inputs",
    )  # fmt: skip
    return Entry(
        **{name: row[name] for name in names},
        occurred_at=datetime.fromisoformat(at) if at else None,
        amount_cents=-row["amount_cents"],
        en=words.en,
        zh=words.zh,
    )


def _totals(entries: list[Entry]) -> dict[str, dict[str, int]]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for entry in entries:
        found[entry.currency][entry.rule] += entry.amount_cents
        found[entry.currency]["all"] += entry.amount_cents
    return {currency: dict(rules) for currency, rules in found.items()}
