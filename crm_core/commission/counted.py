"""What counts as paid for each purchase, payment by payment.

- A confirmed payment counts with its amount; a negative one is money given back.
- A payment that turned from confirmed to reversed counts nothing.
- A reversal may be a row of its own, one that never was confirmed: a negative amount counts as it is; a positive one
  undoes the latest confirmed payment of the same order and amount made before it, and counts nothing if there is none
  (a payment that bounced before it was ever booked).
- What is paid on a credit note is money given back, whichever sign the export gives it, up to the note's amount. It
  lowers what was paid for the customer's purchases up to the note, the latest first, never below nothing.
- Payments on a cancelled order count nothing elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from crm_core.commission.facts import Facts, OrderFact, PaymentFact
from crm_core.commission.numbering import in_time


@dataclass(frozen=True, slots=True)
class Movement:
    """By a payment, so many cents more (or less, where negative) count as paid for an order."""

    order_id: str
    payment_id: str
    moment: datetime
    cents: int


def counted_payments(facts: Facts) -> dict[str, list[Movement]]:
    """Purchase or cancelled order -> its movements, by moment and then payment id; none of them is zero."""
    on_order: defaultdict[str, list[PaymentFact]] = defaultdict(list)
    for payment in facts.payments:
        if payment.order_id in facts.orders:
            on_order[payment.order_id].append(payment)
    notes = {order_id for order_id in on_order if facts.orders[order_id].is_credit_note}
    moved = {order_id: list(_own(rows)) for order_id, rows in on_order.items() if order_id not in notes}
    for movement in _given_back(facts, {note: on_order[note] for note in notes}, moved):
        moved[movement.order_id].append(movement)
    return {order_id: sorted(mine, key=lambda one: (one.moment, one.payment_id)) for order_id, mine in moved.items()}


def _own(rows: Sequence[PaymentFact]) -> Iterator[Movement]:
    """The movements by an order's own payments."""
    undone = _undone(rows)
    for row in rows:
        cents = _cents(row, row.payment_id in undone)
        if cents:
            yield Movement(row.order_id, row.payment_id, row.paid_at, cents)


def _cents(row: PaymentFact, is_undoing: bool) -> int:
    if row.is_confirmed:
        return row.amount_cents
    if row.was_confirmed:
        return 0
    return row.amount_cents if row.amount_cents < 0 else -row.amount_cents if is_undoing else 0


def _undone(rows: Sequence[PaymentFact]) -> set[str]:
    """Ids of the positive reversal rows that undo a payment; each payment is undone once."""
    reversals = [row for row in rows if not (row.is_confirmed or row.was_confirmed) and row.amount_cents > 0]
    if not reversals:
        return set()
    open_rows = sorted((row for row in rows if row.is_confirmed), key=lambda row: (row.paid_at, row.payment_id))
    found = set()
    for reversal in sorted(reversals, key=lambda row: (row.paid_at, row.payment_id)):
        for row in reversed(open_rows):
            if row.amount_cents == reversal.amount_cents and row.paid_at < reversal.paid_at:
                open_rows.remove(row)
                found.add(reversal.payment_id)
                break
    return found


def _given_back(
    facts: Facts, notes: Mapping[str, Sequence[PaymentFact]], moved: Mapping[str, Sequence[Movement]]
) -> Iterator[Movement]:
    """What is given back on credit notes, as movements of the purchases it is taken from."""
    if not notes:
        return
    customers = {facts.orders[note].customer_id for note in notes}
    bought = _purchases(facts.orders.values(), customers)
    left = {
        order.order_id: min(max(sum(one.cents for one in moved.get(order.order_id, ())), 0), order.amount_cents)
        for mine in bought.values()
        for order in mine
    }
    for note in sorted((facts.orders[note] for note in notes), key=in_time):
        credited = [
            order
            for order in reversed(bought[note.customer_id])
            if in_time(order) < in_time(note) and order.currency == note.currency
        ]
        yield from _taken(notes[note.order_id], -note.amount_cents, credited, left)


def _purchases(orders: Iterable[OrderFact], customers: set[str]) -> dict[str, list[OrderFact]]:
    found: dict[str, list[OrderFact]] = {customer: [] for customer in customers}
    for order in orders:
        if order.is_purchase and order.customer_id in found:
            found[order.customer_id].append(order)
    return {customer: sorted(mine, key=in_time) for customer, mine in found.items()}


def _taken(
    refunds: Sequence[PaymentFact], limit: int, credited: Sequence[OrderFact], left: dict[str, int]
) -> Iterator[Movement]:
    """Take each refund, up to `limit` cents in all, from the credited purchases; `left` is what each has to give."""
    for refund in sorted(refunds, key=lambda row: (row.paid_at, row.payment_id)):
        open_cents = min(abs(refund.amount_cents), limit) if refund.is_confirmed else 0
        limit -= open_cents
        for order in credited:
            cents = min(open_cents, left[order.order_id])
            if cents:
                yield Movement(order.order_id, refund.payment_id, refund.paid_at, -cents)
                left[order.order_id] -= cents
                open_cents -= cents
