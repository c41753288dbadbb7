"""What the gates look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class LeadFacts:
    """What is known of a lead; None where it is not. Money in cents."""

    employee_count: int | None = None
    expected_amount_cents: int | None = None
    budget_cents: int | None = None
    product: str | None = None


@dataclass(frozen=True)
class Invoice:
    """One receivable as finance knows it. Dates count from their midnight UTC; `paid_on` None while it is unpaid."""

    invoice_id: str
    amount_cents: int
    due_on: date
    paid_on: date | None = None
