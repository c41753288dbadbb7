"""The journals that bring a book to what is due. Pure: the same facts, plans and book give the same journals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from configs.sections import CommissionPlan
from crm_core.commission.arithmetic import amounts_of, claims_to_json, difference
from crm_core.commission.bonus import KPI, PROGRESSIVE, Bonus
from crm_core.commission.book import BONUS, CORRECTION, PAYMENT, REVERSAL, BonusKey, Book, Journal, source_of
from crm_core.commission.counted import Movement
from crm_core.commission.entitlement import Entitlement, MonthKey, bonuses, entitled
from crm_core.commission.facts import Facts
from crm_core.commission.terms import Terms, plan_on


@dataclass(frozen=True)
class Posting:
    """One run at as_of. `open_month` (YYYY-MM; empty: all): earlier months are closed, what they lack is booked now."""

    facts: Facts
    plans: Sequence[CommissionPlan]
    currency: str
    as_of: datetime
    open_month: str = ""

    @cached_property
    def due(self) -> Entitlement:
        """What is due from the facts."""
        return entitled(self.facts, self.plans)

    def journals(self, book: Book) -> Iterator[Journal]:
        """Each journal that is missing; `book` has it when the next is asked for."""
        for order_id in sorted({*self.due.movements, *book.counted, *book.owed}):
            for journal in self._of_order(order_id, book):
                book.enter(journal)
                yield journal
        for journal in self._of_months(book):
            book.enter(journal)
            yield journal

    def _of_order(self, order_id: str, book: Book) -> Iterator[Journal]:
        """First what changed terms do to what is booked; then the payments, those that changed before those not booked.

        An order that earns nothing is brought to nothing, and its payments wait.
        """
        terms = self.due.terms.get(order_id)
        paid = sum(book.counted[order_id].values())
        owed = book.owed[order_id]
        due = terms.dues(paid) if terms else {}
        if any(difference(due, owed).values()):
            yield self._correction(order_id, terms, paid, book)
        if terms is not None:
            yield from self._payments(order_id, terms, book)

    def _correction(self, order_id: str, terms: Terms | None, paid: int, book: Book) -> Journal:
        inputs = {
            "terms": terms.to_json() if terms else None,
            "paid_cents": paid,
            "before": claims_to_json(book.owed[order_id]),
        }
        version = terms.plan_version if terms else None
        month = self.facts.month_of(self.as_of)
        claims = amounts_of(CORRECTION, inputs)
        return Journal(source_of("order", order_id), CORRECTION, claims, inputs, month, version, order_id)

    def _payments(self, order_id: str, terms: Terms, book: Book) -> Iterator[Journal]:
        due = {one.payment_id: one for one in self.due.movements.get(order_id, ())}
        booked = dict(book.counted[order_id])
        total = sum(booked.values())
        changed = sorted(payment_id for payment_id, cents in booked.items() if cents)
        for payment_id in [*changed, *(one for one in due if not booked.get(one))]:
            movement = due.get(payment_id)
            cents = (movement.cents if movement else 0) - booked.get(payment_id, 0)
            if cents:
                yield self._payment(terms, order_id, payment_id, movement, (total, total + cents))
                total += cents

    def _payment(
        self, terms: Terms, order_id: str, payment_id: str, movement: Movement | None, paid: tuple[int, int]
    ) -> Journal:
        moment = movement.moment if movement else self._paid_at.get(payment_id, self.as_of)
        inputs = {
            "terms": terms.to_json(),
            "paid_before_cents": paid[0],
            "paid_after_cents": paid[1],
            "paid_at": moment.isoformat(),
        }
        kind = PAYMENT if paid[1] > paid[0] else REVERSAL
        month = self.facts.month_of(moment)
        return Journal(
            source_of("payment", order_id, payment_id), kind, amounts_of(kind, inputs), inputs, self._period(month),
            terms.plan_version, order_id, payment_id, paid[1] - paid[0], month,
        )  # fmt: skip

    def _of_months(self, book: Book) -> Iterator[Journal]:
        """The bonuses of every month that is over."""
        seen = {MonthKey(rep_id, month, self.currency) for rep_id, month, _ in self.facts.visits}
        booked = {key for key, _ in book.bonuses}
        this_month = self.facts.month_of(self.as_of)
        for key in sorted({*self.due.received, *seen, *booked}, key=lambda one: (one.month, one.rep_id, one.currency)):
            if key.month < this_month:
                yield from self._of_month(key, book)

    def _of_month(self, key: MonthKey, book: Book) -> Iterator[Journal]:
        received = self.due.received.get(key, 0)
        due = {bonus.rule: bonus for bonus in bonuses(self.facts, self.plans, key, received)}
        for rule in (PROGRESSIVE, KPI):
            bonus = due.get(rule) or Bonus(rule, 0, {"received_cents": received})
            before = book.bonuses.get((key, rule), 0)
            if bonus.cents != before:
                yield self._bonus((key, rule), bonus, before)

    def _bonus(self, of: BonusKey, bonus: Bonus, before: int) -> Journal:
        key, rule = of
        plan = plan_on(self.plans, key.currency, key.first_day)
        inputs: dict[str, Any] = {
            **bonus.inputs, "rule": rule, "rep_id": key.rep_id, "currency": key.currency,
            "due_cents": bonus.cents, "before_cents": before,
        }  # fmt: skip
        source = source_of("month", key.rep_id, key.month, key.currency, rule)
        version = plan.version if plan else None
        claims = amounts_of(BONUS, inputs)
        return Journal(source, BONUS, claims, inputs, self._period(key.month), version, earned_month=key.month)

    def _period(self, earned_month: str) -> str:
        """Booked in the month it was earned in, unless that is closed: what was settled is not changed afterwards."""
        return earned_month if earned_month >= self.open_month else self.facts.month_of(self.as_of)

    @cached_property
    def _paid_at(self) -> dict[str, datetime]:
        return {payment.payment_id: payment.paid_at for payment in self.facts.payments}


def replay(posting: Posting) -> Book:
    """The book as it would be had nothing been booked before."""
    book = Book()
    for _ in posting.journals(book):
        pass
    return book
