"""What is due at a moment, from the facts alone: the ledger is brought to it, and is checked against it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from configs.sections import CommissionPlan
from crm_core.commission.bonus import Bonus, month_bonuses
from crm_core.commission.counted import Movement, counted_payments
from crm_core.commission.facts import Facts
from crm_core.commission.numbering import order_numbers
from crm_core.commission.terms import Terms, order_terms, plan_on


@dataclass(frozen=True)
class MonthKey:
    """A rep's month in one currency; `month` is YYYY-MM."""

    rep_id: str
    month: str
    currency: str

    @property
    def first_day(self) -> date:
        """The day whose plan is that of the month."""
        return date.fromisoformat(f"{self.month}-01")


@dataclass(frozen=True)
class Entitlement:
    """Per order its terms (None: it earns nothing) and the movements of what was paid; per rep and month the receipts.

    `waiting`: payments that earn nothing yet, by why: unknown_order, no_owner or no_plan.
    """

    terms: Mapping[str, Terms | None]
    movements: Mapping[str, Sequence[Movement]]
    received: Mapping[MonthKey, int]
    waiting: Mapping[str, int]


def entitled(facts: Facts, plans: Sequence[CommissionPlan]) -> Entitlement:
    """Terms, movements and receipts of everything known."""
    numbers, movements = order_numbers(facts.orders.values()), counted_payments(facts)
    terms: dict[str, Terms | None] = {}
    for order_id in movements:
        order = facts.orders[order_id]
        plan = plan_on(plans, order.currency, facts.day_of(order.ordered_at))
        terms[order_id] = order_terms(order, numbers.get(order_id), plan, facts)
    return Entitlement(terms, movements, _received(facts, terms, movements), _waiting(facts, plans, terms))


def bonuses(facts: Facts, plans: Sequence[CommissionPlan], key: MonthKey, received_cents: int) -> list[Bonus]:
    """The bonuses of one month by the plan of its first day; none where there is no plan."""
    plan = plan_on(plans, key.currency, key.first_day)
    if plan is None:
        return []
    return month_bonuses(plan, key.rep_id, received_cents, visits_of(facts, plan, key))


def visits_of(facts: Facts, plan: CommissionPlan, key: MonthKey) -> int:
    """Effective visits of a rep's month."""
    return sum(facts.visits.get((key.rep_id, key.month, kind), 0) for kind in plan.kpi.visit_kinds)


def _received(
    facts: Facts, terms: Mapping[str, Terms | None], movements: Mapping[str, Sequence[Movement]]
) -> dict[MonthKey, int]:
    """What each rep's orders brought in per month of payment, by its share; a refund lowers the month it is made in."""
    found: defaultdict[MonthKey, int] = defaultdict(int)
    for order_id, mine in movements.items():
        term = terms[order_id]
        if term is None:
            continue
        total, before = 0, dict.fromkeys(term.received(0), 0)
        for movement in mine:
            total += movement.cents
            after, month = term.received(total), facts.month_of(movement.moment)
            for rep_id, cents in after.items():
                found[MonthKey(rep_id, month, term.currency)] += cents - before[rep_id]
            before = after
    return dict(found)


def _waiting(facts: Facts, plans: Sequence[CommissionPlan], terms: Mapping[str, Terms | None]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for payment in facts.payments:
        order = facts.orders.get(payment.order_id)
        if order is None:
            found["unknown_order"] += payment.is_confirmed
        elif payment.is_confirmed and order.is_purchase and terms.get(order.order_id) is None:
            has_plan = plan_on(plans, order.currency, facts.day_of(order.ordered_at)) is not None
            found["no_owner" if has_plan else "no_plan"] += 1
    return {reason: count for reason, count in found.items() if count}
