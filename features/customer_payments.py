"""How the customer pays: time to pay, share paid, reversals."""

from __future__ import annotations

from features.asof import Table, Tables, counted, joined
from features.moments import DAY_SECONDS, seconds_between
from features.schema import Feature, number
from features.shape import FeatureShape


def customer_payments(tables: Tables, orders: Table, spine: Table, shape: FeatureShape) -> Table:
    """Payments visible at as_of of purchases within the window. `orders`: see `customer_orders.order_rows`."""
    days = shape.rfm_days
    owed = orders.filter(orders.is_purchase & (orders.age < days * DAY_SECONDS))
    totals = owed.group_by(["entity_id", "as_of"]).aggregate(owed_cents=owed.amount_cents.sum())
    payments = tables["payments"]
    paid = owed.join(
        payments,
        [
            owed.order_id == payments.order_id,
            payments.visible_from <= owed.as_of,
            payments.visible_until > owed.as_of,
        ],
    ).select(
        owed.entity_id, owed.as_of, owed.ordered_at, payments.paid_at, payments.status, paid_cents=payments.amount_cents
    )
    paid = paid.mutate(is_reversed=(paid.status == "reversed").fill_null(False))
    to_pay = seconds_between(paid.paid_at, paid.ordered_at).cast("float64") / float(DAY_SECONDS)
    sums = paid.group_by(["entity_id", "as_of"]).aggregate(
        **{
            f"days_to_pay_{days}d": to_pay.mean(where=~paid.is_reversed),
            f"reversal_count_{days}d": paid.is_reversed.sum(),
            "paid_cents": paid.paid_cents.sum(where=~paid.is_reversed),
        }
    )
    whole = counted(spine, joined(totals, [sums]), [f"reversal_count_{days}d"])
    share = whole.paid_cents.fill_null(0).cast("float64") / whole.owed_cents.nullif(0).cast("float64")
    return whole.mutate(**{f"paid_share_{days}d": share}).drop("owed_cents", "paid_cents")


def catalogue(shape: FeatureShape) -> list[Feature]:
    """Payment behaviour."""
    days = shape.rfm_days
    return [
        number(f"days_to_pay_{days}d", f"Mean days to pay, last {days} days", f"近{days}天平均付款天数", "days"),
        number(f"paid_share_{days}d", f"Share of order value paid, last {days} days", f"近{days}天已付款占比"),
        number(f"reversal_count_{days}d", f"Reversed payments, last {days} days", f"近{days}天退款次数", "payments"),
    ]
