"""Is the ledger what it must be: whole, balanced, following from its inputs, and equal to a replay from nothing?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, select

from configs.sections import CommissionPlan
from configs.settings import Settings
from crm_core.commission.arithmetic import amounts_of, bonus_by_plan
from crm_core.commission.book import BONUS, PAYABLE, Balances
from crm_core.commission.ledger import JOURNALS, LINES, read_book
from crm_core.commission.plans import published_plans
from crm_core.commission.posting import replay
from crm_core.commission.run import posting_at
from crm_core.commission.terms import Claim
from crm_core.database import read_transaction


@dataclass(frozen=True)
class LedgerCheck:
    """What was found. `faults`: a sentence per journal that is not what it must be; `differences`: per balance that is
    not what a replay gives, (order or month, rep, rule, currency, booked cents, replayed cents).
    """

    as_of: datetime | None
    count_journals: int
    faults: list[str]
    differences: list[tuple[str, str, str, str, int, int]]

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.faults and not self.differences


def check_ledger(engine: Engine, settings: Settings, as_of: datetime | None = None) -> LedgerCheck:
    """Check every journal, and hold all balances against a replay of the facts from nothing.

    Parameters
    ----------
    as_of: the moment of the replay; None for the one the ledger stands at. A later one shows what a run would book.

    Raises
    ------
    DatabaseError: the database cannot be read.
    """
    with read_transaction(engine) as connection:
        book = read_book(connection)
        faults = list(_faults(connection, published_plans(connection)))
        moment = as_of or book.last_as_of
        replayed: Balances = {}
        if moment is not None:
            replayed = replay(posting_at(connection, settings, moment)).balances()
    return LedgerCheck(moment, book.last_journal_id, faults, _differences(book.balances(), replayed))


def _differences(booked: Balances, replayed: Balances) -> list[tuple[str, str, str, str, int, int]]:
    keys = sorted(key for key in {**booked, **replayed} if booked.get(key, 0) != replayed.get(key, 0))
    return [(what, *claim, booked.get((what, claim), 0), replayed.get((what, claim), 0)) for what, claim in keys]


def _faults(connection: Connection, plans: Mapping[str, CommissionPlan]) -> Iterator[str]:
    joined = JOURNALS.join(LINES, JOURNALS.c.journal_id == LINES.c.journal_id, isouter=True)
    columns = [JOURNALS, LINES.c.account, LINES.c.rep_id, LINES.c.rule, LINES.c.currency, LINES.c.amount_cents]
    query = select(*columns).select_from(joined).order_by(JOURNALS.c.journal_id, LINES.c.line)
    expected = 1
    for number, group in groupby(connection.execute(query).mappings(), key=lambda row: row["journal_id"]):
        if number != expected:
            yield f"Journals must be numbered without a gap, but {expected} is missing before {number}."
        yield from _faults_of(list(group), plans)
        expected = number + 1


def _faults_of(lines: Sequence[Any], plans: Mapping[str, CommissionPlan]) -> Iterator[str]:
    """What is wrong with one journal, given as its lines."""
    first = lines[0]
    number, sums = first["journal_id"], dict.fromkeys((line["currency"] for line in lines), 0)
    for line in lines:
        sums[line["currency"]] += line["amount_cents"] or 0
    if any(sums.values()):
        yield f"A journal must sum to zero in each currency, but {number} sums to {sums}."
    booked = {
        Claim(line["rep_id"], line["rule"], line["currency"]): -line["amount_cents"]
        for line in lines
        if line["account"] == PAYABLE
    }
    if booked != amounts_of(first["kind"], first["inputs"]):
        yield f"A journal's lines must follow from its inputs, but those of {number} do not."
    plan = plans.get(first["plan_version"] or "")
    if first["plan_version"] and plan is None:
        yield f"A journal's plan must be kept, but {first['plan_version']!r} of {number} is not."
    if plan and first["kind"] == BONUS and bonus_by_plan(plan, first["inputs"]).cents != first["inputs"]["due_cents"]:
        yield f"A bonus must be what its plan gives, but journal {number} has another."
