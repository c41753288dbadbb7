"""Journals, and what all of them together say: a book that the ledger fills and a replay fills from nothing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crm_core.commission.entitlement import MonthKey
from crm_core.commission.terms import Claim

PAYMENT, REVERSAL, CORRECTION, BONUS = "payment", "reversal", "correction", "bonus"
EXPENSE, PAYABLE = "expense", "payable"
BonusKey = tuple[MonthKey, str]  # a rep's month, and the rule of the bonus
Balances = dict[tuple[str, Claim], int]  # (order or month, claim) -> cents, without noughts


@dataclass(frozen=True)
class Journal:
    """What is booked at once. `claims`: cents added to what each is owed; the other fields as in its table."""

    source: str
    kind: str
    claims: Mapping[Claim, int]
    inputs: Mapping[str, Any]
    period: str
    plan_version: str | None
    order_id: str | None = None
    payment_id: str | None = None
    counted_cents: int = 0
    earned_month: str | None = None

    def lines(self) -> list[dict[str, Any]]:
        """The lines, without their number: a credit per claim, and per currency the debit that balances them."""
        expense: defaultdict[str, int] = defaultdict(int)
        found = []
        for claim, cents in self.claims.items():
            expense[claim.currency] += cents
            found.append({**claim._asdict(), "account": PAYABLE, "amount_cents": -cents})
        debits = [
            {"rep_id": None, "rule": None, "currency": currency, "account": EXPENSE, "amount_cents": cents}
            for currency, cents in expense.items()
        ]
        return [*found, *debits]


@dataclass
class Book:
    """What is booked. `counted`: order -> payment -> cents that count as paid; `owed`: order -> claim -> cents;
    `bonuses`: a month's bonus -> cents; `sequences`: source -> journals about it; `last_as_of`: where it stands.
    """

    counted: defaultdict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    owed: defaultdict[str, dict[Claim, int]] = field(default_factory=lambda: defaultdict(dict))
    bonuses: dict[BonusKey, int] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    last_journal_id: int = 0
    last_as_of: datetime | None = None

    def enter(self, journal: Journal) -> None:
        """Take a journal in."""
        if journal.order_id is None:
            for claim, cents in journal.claims.items():
                key = (MonthKey(claim.rep_id, journal.earned_month or "", claim.currency), claim.rule)
                self.bonuses[key] = self.bonuses.get(key, 0) + cents
            return
        if journal.payment_id is not None:
            counted = self.counted[journal.order_id]
            counted[journal.payment_id] = counted.get(journal.payment_id, 0) + journal.counted_cents
        owed = self.owed[journal.order_id]
        for claim, cents in journal.claims.items():
            owed[claim] = owed.get(claim, 0) + cents

    def balances(self) -> Balances:
        """Everything owed, per order and per month."""
        found = {(order_id, claim): cents for order_id, owed in self.owed.items() for claim, cents in owed.items()}
        for (key, rule), cents in self.bonuses.items():
            found[key.month, Claim(key.rep_id, rule, key.currency)] = cents
        return {key: cents for key, cents in found.items() if cents}


def source_of(*parts: str) -> str:
    """What a journal is about, as text that names it.

    >>> source_of("payment", "O1", "P1")
    '["payment", "O1", "P1"]'
    """
    return json.dumps(parts, ensure_ascii=False)
