"""What the customer bought: recency, frequency and money (R, F, M), trend, basket.

An order with a negative amount is a cancellation: it lowers M and counts nowhere else but in the cancellations.
"""

from __future__ import annotations

from typing import Any

from features.asof import Table, Tables, counted, joined, latest, newest, visible_rows
from features.moments import DAY_SECONDS, seconds_between
from features.schema import Feature, category, number
from features.shape import FeatureShape

COLUMNS = (
    "order_id",
    "ordered_at",
    "amount_cents",
    "category",
    "discount_rate",
    "quantity",
    "recorded_at",
    "change_seq",
)
TREND_DAYS = 90


def order_rows(tables: Tables, spine: Table, owner: str = "entity_id") -> Table:
    """Every visible order of every customer, with `age` in seconds and `is_purchase` (a positive amount).

    `owner`: the column of the spine that names the customer.
    """
    seen = visible_rows(spine, tables["orders"], "customer_id", COLUMNS, owner=owner)
    return seen.mutate(age=seconds_between(seen.as_of, seen.ordered_at), is_purchase=seen.amount_cents > 0)


def recency_frequency_monetary(orders: Table, rfm_days: int) -> Table:
    """Per (entity_id, as_of) with any order: `recency_days` since the last purchase ever, `frequency_*d` purchases and
    `monetary_cents_*d` net money within the window.
    """
    within = orders.age < rfm_days * DAY_SECONDS
    bought = orders.is_purchase
    return orders.group_by(["entity_id", "as_of"]).aggregate(
        **{
            "recency_days": orders.age.min(where=bought).cast("float64") / float(DAY_SECONDS),
            f"frequency_{rfm_days}d": (bought & within).sum().cast("int64"),
            f"monetary_cents_{rfm_days}d": orders.amount_cents.sum(where=within).fill_null(0).cast("int64"),
        }
    )


def customer_orders(orders: Table, spine: Table, shape: FeatureShape) -> Table:
    """R, F, M with trend, basket and cancellations, for every row of the spine. `orders`: see `order_rows`."""
    days = shape.rfm_days
    basket = _basket(orders, shape)
    counts = [f"frequency_{days}d", f"monetary_cents_{days}d"]
    whole = counted(spine, recency_frequency_monetary(orders, days), counts)
    whole = joined(whole, [basket, _last_category(orders)])
    zeros = [name for name in basket.columns if "_count_" in name or name.startswith("monetary_cents")]
    whole = whole.mutate(**{name: whole[name].fill_null(0) for name in zeros})
    recent, prior = whole[f"monetary_cents_{TREND_DAYS}d"], whole[f"monetary_cents_prior_{TREND_DAYS}d"]
    ratio = recent.cast("float64") / prior.nullif(0).cast("float64")
    return whole.mutate(**{f"monetary_trend_{TREND_DAYS}d": (prior > 0).ifelse(ratio, None)})


def _basket(orders: Table, shape: FeatureShape) -> Table:
    days = shape.rfm_days
    bought = orders.is_purchase
    year = bought & (orders.age < days * DAY_SECONDS)
    recent = orders.age < TREND_DAYS * DAY_SECONDS
    prior = ~recent & (orders.age < 2 * TREND_DAYS * DAY_SECONDS)
    columns: dict[str, Any] = {
        f"average_order_cents_{days}d": _mean(orders.amount_cents.sum(where=year), year.sum()),
        "order_count_total": bought.sum(),
        f"order_count_{TREND_DAYS}d": (bought & recent).sum(),
        f"order_count_prior_{TREND_DAYS}d": (bought & prior).sum(),
        f"monetary_cents_{TREND_DAYS}d": orders.amount_cents.sum(where=recent).cast("int64"),
        f"monetary_cents_prior_{TREND_DAYS}d": orders.amount_cents.sum(where=prior).cast("int64"),
        f"category_count_{days}d": orders.category.nunique(where=year),
        f"mean_discount_{days}d": orders.discount_rate.mean(where=year),
        f"quantity_{days}d": orders.quantity.cast("float64").sum(where=year),
        f"cancellation_count_{days}d": (~bought & (orders.age < days * DAY_SECONDS)).sum(),
    }
    return orders.group_by(["entity_id", "as_of"]).aggregate(**columns)


def _mean(total: Any, count: Any) -> Any:
    return total.cast("float64") / count.nullif(0).cast("float64")


def _last_category(orders: Table) -> Table:
    bought = orders.filter(orders.is_purchase & orders.category.notnull())
    order = [newest(bought.ordered_at), newest(bought.recorded_at), newest(bought.change_seq)]
    last = latest(bought, order)
    return last.select("entity_id", "as_of", last_category=last.category)


def catalogue(shape: FeatureShape) -> list[Feature]:
    """R, F, M first."""
    days, trend = shape.rfm_days, TREND_DAYS
    year_en, year_zh = f"last {days} days", f"近{days}天"
    recent_en, recent_zh = f"last {trend} days", f"近{trend}天"
    prior_en, prior_zh = f"the {trend} days before", f"再前{trend}天"
    return [
        number("recency_days", "Days since the last order", "距上次下单天数", "days"),
        number(f"frequency_{days}d", f"Orders, {year_en}", f"{year_zh}订单数", "orders"),
        number(f"monetary_cents_{days}d", f"Order value, {year_en}", f"{year_zh}订单金额", "cents"),
        number(f"average_order_cents_{days}d", f"Average order value, {year_en}", f"{year_zh}平均订单金额", "cents"),
        number("order_count_total", "Orders so far", "累计订单数", "orders"),
        number(f"order_count_{trend}d", f"Orders, {recent_en}", f"{recent_zh}订单数", "orders"),
        number(f"order_count_prior_{trend}d", f"Orders, {prior_en}", f"{prior_zh}订单数", "orders"),
        number(f"monetary_cents_{trend}d", f"Order value, {recent_en}", f"{recent_zh}订单金额", "cents"),
        number(f"monetary_cents_prior_{trend}d", f"Order value, {prior_en}", f"{prior_zh}订单金额", "cents"),
        number(
            f"monetary_trend_{trend}d",
            f"Order value, {recent_en} against {prior_en}",
            f"{recent_zh}与{prior_zh}订单金额之比",
        ),
        number(f"category_count_{days}d", f"Categories bought, {year_en}", f"{year_zh}购买品类数", "categories"),
        category("last_category", "Category of the last order", "最近购买品类"),
        number(f"mean_discount_{days}d", f"Mean discount, {year_en}", f"{year_zh}平均折扣率"),
        number(f"quantity_{days}d", f"Quantity, {year_en}", f"{year_zh}购买数量", "pieces"),
        number(f"cancellation_count_{days}d", f"Cancellations, {year_en}", f"{year_zh}取消订单数", "orders"),
    ]
