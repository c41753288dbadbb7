"""On what terms an order earns commission, and what is due on them (mission C3, C4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from configs.sections import CommissionPlan
from crm_core.commission.cents import WHOLE_BP, rounded, split
from crm_core.commission.facts import Facts, MentorFact, OrderFact

ORDER_RATE, MENTOR = "order_rate", "mentor"


class Claim(NamedTuple):
    """Whom something is owed, by which rule, in which currency."""

    rep_id: str
    rule: str
    currency: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What an order earns. Rates as decimal text; shares in basis points; mentors per rep that has one."""

    plan_version: str
    order_number: int
    rate: str
    amount_cents: int
    currency: str
    shares: tuple[tuple[str, int], ...]
    mentors: tuple[tuple[str, str], ...]
    mentor_rate: str

    def to_json(self) -> dict[str, Any]:
        """As a journal keeps it."""
        return {
            "plan_version": self.plan_version,
            "order_number": self.order_number,
            "rate": self.rate,
            "amount_cents": self.amount_cents,
            "currency": self.currency,
            "shares": [list(pair) for pair in self.shares],
            "mentors": [list(pair) for pair in self.mentors],
            "mentor_rate": self.mentor_rate,
        }

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Terms:
        """Back from a journal."""
        pairs = {name: tuple((one, other) for one, other in content[name]) for name in ("shares", "mentors")}
        return cls(**{**content, **pairs})

    def counted(self, paid_cents: int) -> int:
        """What of a sum of payments earns: nothing below zero, nothing beyond the order's amount."""
        return min(max(paid_cents, 0), self.amount_cents)

    def received(self, paid_cents: int) -> dict[str, int]:
        """Rep -> its share of what was paid and counts."""
        parts = split(self.counted(paid_cents), [share for _, share in self.shares])
        return {rep_id: part for (rep_id, _), part in zip(self.shares, parts, strict=True)}

    def dues(self, paid_cents: int) -> dict[Claim, int]:
        """Cents due to each once so much is paid. A function of the sum alone, so part payments add up to the cent."""
        whole = rounded(Decimal(self.rate) * self.counted(paid_cents))
        parts = split(whole, [share for _, share in self.shares])
        due = {
            Claim(rep_id, ORDER_RATE, self.currency): part for (rep_id, _), part in zip(self.shares, parts, strict=True)
        }
        for rep_id, mentor_id in self.mentors:
            claim = Claim(mentor_id, MENTOR, self.currency)
            due[claim] = due.get(claim, 0) + self.mentor_bonus(due[Claim(rep_id, ORDER_RATE, self.currency)])
        return due

    def mentor_bonus(self, commission_cents: int) -> int:
        """What the mentor of a rep gets on the rep's commission."""
        return rounded(Decimal(self.mentor_rate) * commission_cents)


def order_terms(order: OrderFact, number: int | None, plan: CommissionPlan | None, facts: Facts) -> Terms | None:
    """The terms of a purchase; None where it has no number (it is none), no plan, or nobody to pay."""
    shares = facts.shares.get(order.order_id) or ({order.rep_id: WHOLE_BP} if order.rep_id else {})
    if number is None or plan is None or not shares:
        return None
    day = facts.day_of(order.ordered_at)
    mentors = ((rep_id, mentor_on(facts.mentors.get(rep_id, ()), day)) for rep_id in sorted(shares))
    return Terms(
        plan_version=plan.version,
        order_number=number,
        rate=str(rate_of(plan, number)),
        amount_cents=order.amount_cents,
        currency=order.currency,
        shares=tuple(sorted(shares.items())),
        mentors=tuple((rep_id, mentor) for rep_id, mentor in mentors if mentor),
        mentor_rate=str(plan.mentor_rate),
    )


def plan_on(plans: Iterable[CommissionPlan], currency: str, day: date) -> CommissionPlan | None:
    """The plan of a currency that is valid on a day: the last that began by then."""
    begun = [plan for plan in plans if plan.currency == currency and plan.valid_from <= day]
    return max(begun, key=lambda plan: plan.valid_from, default=None)


def rate_of(plan: CommissionPlan, number: int) -> Decimal:
    """The rate of a customer's order of this number."""
    return [step.rate for step in plan.order_rates if step.from_number <= number][-1]


def mentor_on(statements: Sequence[MentorFact], day: date) -> str | None:
    """A rep's mentor on a day, from the statements on it; see the table `mentorships`."""
    begun = [one for one in statements if one.from_on <= day]
    last = max(begun, key=lambda one: (one.from_on, one.recorded_at), default=None)
    return last.mentor_id if last and (last.to_on is None or day <= last.to_on) else None
