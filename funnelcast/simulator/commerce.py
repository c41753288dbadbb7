"""Orders, payments and receivables: the first order of each won lead, then repeat orders until the customer leaves.

Repeat orders of a customer come by a Poisson process with `orders_per_year`, until it leaves (see
`customers.with_habits`). Late payers (`lateness`) pay late, and some never.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from funnelcast.simulator.arrays import (
    DAY,
    HOUR,
    NEVER,
    Clock,
    Floats,
    Ints,
    Texts,
    choose,
    column,
    dates_text,
    ids,
    moments_text,
    money_text,
)
from funnelcast.simulator.customers import left_at
from funnelcast.simulator.vocabulary import REPEAT_CATEGORIES
from funnelcast.simulator.work_calendar import WorkCalendar

CATEGORY_WEIGHTS = (0.34, 0.28, 0.14, 0.09, 0.05, 0.10)
CATEGORY_PRICE = (9_000.0, 4_000.0, 26_000.0, 60_000.0, 210_000.0, 12_000.0)  # CNY per piece or job
CATEGORY_QUANTITY = (4, 12, 0, 0, 0, 0)  # mean pieces beyond the first
REVERSED_RATE = 0.012
PART_SHARES = {1: (1.0,), 2: (0.3, 0.7), 3: (0.3, 0.6, 0.1)}


def first_orders(
    leads: pd.DataFrame, won: Ints, signed: Ints, customer: Ints, rng: np.random.Generator
) -> pd.DataFrame:
    """One order per won lead, at the signing; `won` are lead rows."""
    discount = np.round(rng.beta(1.6, 18, len(won)), 3)
    amount = column(leads, "expected_amount")[won] * np.exp(rng.normal(0, 0.12, len(won))) * (1 - discount)
    return pd.DataFrame(
        {
            "customer": customer,
            "at": signed,
            "cents": np.round(amount).astype(np.int64) * 100,
            "lead": won,
            "rep_row": column(leads, "rep_row")[won],
            "category": column(leads, "product")[won],
            "discount": discount,
            "quantity": 1 + rng.poisson(0.25, len(won)),
        }
    )


def repeat_orders(
    customers: pd.DataFrame, rep_row: Ints, calendar: WorkCalendar, rng: np.random.Generator
) -> pd.DataFrame:
    """Orders without a lead, of every customer between its creation (or the start) and its leaving."""
    clock = calendar.clock
    since = np.maximum(column(customers, "created"), clock.start)
    until = np.minimum(left_at(customers, clock), clock.as_of)
    span = np.maximum(until - since, 0)
    row = np.repeat(np.arange(len(customers)), rng.poisson(column(customers, "orders_per_year") * span / DAY / 365))
    at = calendar.working_moments(since[row] + 2 * HOUR + (rng.random(len(row)) * span[row]).astype(np.int64), rng)
    row, at = row[at <= clock.as_of], at[at <= clock.as_of]
    category = rng.choice(len(REPEAT_CATEGORIES), len(row), p=CATEGORY_WEIGHTS)
    quantity = 1 + rng.poisson(np.array(CATEGORY_QUANTITY)[category])
    discount = _discounts(column(customers, "promotion")[row].astype(float), rng)
    size = np.clip(column(customers, "employees")[row] / 75, 0.3, 8) ** 0.4
    amount = (
        np.array(CATEGORY_PRICE)[category] * quantity * size * np.exp(rng.normal(0, 0.3, len(row))) * (1 - discount)
    )
    return pd.DataFrame(
        {
            "customer": row,
            "at": at,
            "cents": np.round(amount * 100).astype(np.int64),
            "lead": -1,
            "rep_row": rep_row[row],
            "category": np.array(REPEAT_CATEGORIES, dtype=object)[category],
            "discount": discount,
            "quantity": quantity,
        }
    )


def _discounts(promotion: Floats, rng: np.random.Generator) -> Floats:
    given = rng.random(len(promotion)) < promotion
    return np.where(given, np.round(rng.uniform(0.03, 0.2, len(promotion)), 3), 0.0)


def order_table(orders: pd.DataFrame, lead_ids: Texts, reps: pd.DataFrame) -> pd.DataFrame:
    """The bundle's `orders`; rows in the order of time."""
    lead = column(orders, "lead")
    return pd.DataFrame(
        {
            "order_id": ids("O", np.arange(len(orders))),
            "customer_id": ids("C", column(orders, "customer"), 5),
            "ordered_at": moments_text(column(orders, "at")),
            "amount": money_text(column(orders, "cents")),
            "lead_id": np.where(lead >= 0, lead_ids[np.maximum(lead, 0)], ""),
            "rep_id": column(reps, "rep_id")[column(orders, "rep_row")],
            "category": column(orders, "category"),
            "discount_rate": [f"{d:.3f}" for d in column(orders, "discount")],
            "quantity": column(orders, "quantity"),
        }
    )


def draw_parts(
    orders: pd.DataFrame, customers: pd.DataFrame, calendar: WorkCalendar, rng: np.random.Generator
) -> pd.DataFrame:
    """One row per part of an order: what is due when and when it is paid (NEVER: not by as_of).

    Columns order (row), customer, cents, due, paid, replaced (moment of a first payment that was reversed, or NEVER).
    """
    count = len(orders)
    parts = np.where(column(orders, "cents") < 3_000_000, 1, rng.choice([1, 2, 3], count, p=[0.3, 0.42, 0.28]))
    order = np.repeat(np.arange(count), parts)
    place = np.arange(len(order)) - np.repeat(np.cumsum(parts) - parts, parts)
    shares = np.array([PART_SHARES[n][k] for n, k in zip(parts[order].tolist(), place.tolist(), strict=True)])
    cents = np.round(column(orders, "cents")[order] * shares).astype(np.int64)
    is_last = place == parts[order] - 1
    cents[is_last] += column(orders, "cents") - np.bincount(order, cents, count).astype(np.int64)
    found = pd.DataFrame({"order": order, "customer": column(orders, "customer")[order], "cents": cents})
    ordered = column(orders, "at")[order]
    terms = np.where(parts[order] == 1, 30, np.array([7, 45, 120])[place])
    found["due"] = ordered + terms * DAY
    lateness = column(customers, "lateness")[column(found, "customer")].astype(float)
    found["paid"] = _paid(ordered, column(found, "due"), lateness, calendar, rng)
    was_reversed = (rng.random(len(order)) < REVERSED_RATE) & (column(found, "paid") < NEVER)
    found["replaced"] = np.where(was_reversed, column(found, "paid"), NEVER)
    again = calendar.working_moments(
        column(found, "due") * 0 + np.minimum(column(found, "paid"), calendar.clock.as_of) + 4 * DAY, rng
    )
    found["paid"] = np.where(was_reversed, np.where(again <= calendar.clock.as_of, again, NEVER), column(found, "paid"))
    return found


def _paid(ordered: Ints, due: Ints, lateness: Floats, calendar: WorkCalendar, rng: np.random.Generator) -> Ints:
    """[n] moment of payment: some days around the due date, never before the order; bad payers may never pay."""
    delay = rng.normal(-2 + 9 * np.maximum(lateness, -0.5), 7)
    wanted = np.maximum(due + (delay * DAY).astype(np.int64), ordered + HOUR)
    paid = calendar.working_moments(wanted, rng)
    never = rng.random(len(due)) < 0.012 * np.exp(0.8 * lateness)
    return np.where((paid <= calendar.clock.as_of) & ~never, paid, NEVER)


def payment_table(parts: pd.DataFrame) -> pd.DataFrame:
    """The bundle's `payments`: what was paid, and first payments that were reversed; rows in the order of time."""
    paid = parts[parts["paid"] < NEVER].assign(at=lambda f: f["paid"], status="confirmed")
    bounced = parts[parts["replaced"] < NEVER].assign(at=lambda f: f["replaced"], status="reversed")
    found = pd.concat([paid, bounced], ignore_index=True).sort_values("at", kind="stable", ignore_index=True)
    return pd.DataFrame(
        {
            "payment_id": ids("P", np.arange(len(found)), 7),
            "order_id": ids("O", column(found, "order")),
            "amount": money_text(column(found, "cents")),
            "paid_at": moments_text(column(found, "at")),
            "status": column(found, "status"),
        }
    )


def receivable_table(parts: pd.DataFrame) -> pd.DataFrame:
    """The bundle's `receivables`: one invoice per part. `due_on` may lie after as_of: it is a plan, not an event."""
    return pd.DataFrame(
        {
            "invoice_id": ids("I", np.arange(len(parts)), 7),
            "customer_id": ids("C", column(parts, "customer"), 5),
            "amount": money_text(column(parts, "cents")),
            "due_on": dates_text(column(parts, "due")),
            "paid_on": dates_text(column(parts, "paid")),
            "order_id": ids("O", column(parts, "order")),
        }
    )


def fully_paid_at(orders: pd.DataFrame, parts: pd.DataFrame) -> Ints:
    """[orders] moment of the payment that completes an order, NEVER while something is open."""
    last = np.zeros(len(orders), dtype=np.int64)
    np.maximum.at(last, column(parts, "order"), column(parts, "paid"))
    return last


def draw_ratings(
    orders: pd.DataFrame, customers: pd.DataFrame, reps: pd.DataFrame, clock: Clock, rng: np.random.Generator
) -> pd.DataFrame:
    """The bundle's `ratings`: a quarter of the orders, by satisfaction of the customer and skill of the rep."""
    rated = np.flatnonzero(rng.random(len(orders)) < 0.25)
    at = column(orders, "at")[rated] + (rng.uniform(2, 20, len(rated)) * DAY).astype(np.int64)
    rated, at = rated[at <= clock.as_of], at[at <= clock.as_of]
    customer, rep_row = column(orders, "customer")[rated], column(orders, "rep_row")[rated]
    mood = column(customers, "satisfaction")[customer] + column(reps, "skill")[rep_row]
    score = np.clip(np.round(4.0 + 0.7 * mood + rng.normal(0, 0.6, len(rated))), 1, 5).astype(np.int64)
    in_time = np.argsort(at, kind="stable")
    return pd.DataFrame(
        {
            "rating_id": ids("G", np.arange(len(rated))),
            "rep_id": column(reps, "rep_id")[rep_row][in_time],
            "score": score[in_time],
            "rated_at": moments_text(at[in_time]),
            "customer_id": ids("C", customer, 5)[in_time],
        }
    )


def rep_rows(count: int, reps: pd.DataFrame, clock: Clock, rng: np.random.Generator) -> Ints:
    """[customers] row of the rep that looks after each: one that was there all the time."""
    there = np.flatnonzero((column(reps, "hired_at") <= clock.start) & (column(reps, "left_at") > clock.as_of))
    return np.asarray(choose(rng, there.astype(object), count), dtype=np.int64)
