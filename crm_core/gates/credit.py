"""The credit gate (mission D6): too many overdue receivables hold credit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from configs.sections import Features
from crm_core.gates.facts import Invoice
from crm_core.rule_version import rule_version


@dataclass(frozen=True)
class CreditHold:
    """What the gate decided and on which figures; `overdue` are the ids of the invoices, oldest first."""

    is_held: bool
    as_of: datetime
    rule_version: str
    count_overdue: int
    overdue_cents: int
    max_overdue_days: int
    overdue: tuple[str, ...]
    en: str
    zh: str


def is_overdue(invoice: Invoice, as_of: datetime) -> bool:
    """Whether its due day has passed unpaid. A payment dated after as_of is not seen.

    >>> from datetime import date
    >>> is_overdue(Invoice("i", 100, date(2024, 3, 1)), datetime(2024, 3, 1, 23, tzinfo=UTC))
    False
    """
    today = as_of.astimezone(UTC).date()
    is_paid = invoice.paid_on is not None and invoice.paid_on <= today
    return invoice.due_on < today and not is_paid


def credit_hold(invoices: Sequence[Invoice], as_of: datetime, rules: Features, currency: str) -> CreditHold:
    """Hold a customer's credit if enough of its `invoices`, those known at as_of, are overdue; all in one currency."""
    late = sorted(
        (one for one in invoices if is_overdue(one, as_of)), key=lambda invoice: (invoice.due_on, invoice.invoice_id)
    )
    limit, cents = rules.credit_hold_overdue_invoices, sum(invoice.amount_cents for invoice in late)
    longest = (as_of.astimezone(UTC).date() - late[0].due_on).days if late else 0
    is_held, money = len(late) >= limit, f"{currency} {cents / 100:,.2f}"
    en = f"{len(late)} overdue receivables ({money}), credit is held from {limit} on"
    zh = f"逾期应收{len(late)}笔（{money}），达到{limit}笔即冻结信用"
    version = rule_version("credit_hold", overdue_invoices=limit)
    ids = tuple(invoice.invoice_id for invoice in late)
    return CreditHold(is_held, as_of, version, len(late), cents, longest, ids, en, zh)
