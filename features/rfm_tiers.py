"""The RFM tier by rule (mission R1), the same at every moment. Thresholds: configs/rfm.yaml."""

from __future__ import annotations

from typing import Any

import ibis

from features.asof import Hold, Table, Tables
from features.customer_orders import order_rows, recency_frequency_monetary
from features.schema import Feature, category, number
from features.shape import FeatureShape

TIERS = ("maintenance", "growth", "strategic")  # lowest first


def tier_names(tier: str) -> tuple[str, str]:
    """The tier in English and Chinese.

    >>> tier_names("growth")
    ('Growth', '成长级')
    """
    return {
        "maintenance": ("Maintenance", "维护级"),
        "growth": ("Growth", "成长级"),
        "strategic": ("Strategic", "战略级"),
    }[tier]


def active_figures(tables: Tables, moments: Table, shape: FeatureShape, hold: Hold) -> Table:
    """R, F and M of every customer that bought within the window, per as_of of `moments`."""
    customers = tables["orders"].select(entity_id="customer_id").distinct()
    spine = hold(customers.cross_join(moments.select("as_of").distinct()))
    figures = recency_frequency_monetary(order_rows(tables, spine), shape.rfm_days)
    return figures.filter(figures[f"frequency_{shape.rfm_days}d"] > 0)


def mean_money(figures: Table, shape: FeatureShape) -> Table:
    """Per as_of the mean of M over the active customers: `mean_monetary_cents`. `figures`: see `active_figures`."""
    money = figures[f"monetary_cents_{shape.rfm_days}d"]
    grouped = figures.group_by("as_of").aggregate(money_=money.sum().cast("float64"), count_=figures.count())
    return grouped.select("as_of", mean_monetary_cents=grouped.money_ / grouped.count_.cast("float64"))


def with_tiers(figures: Table, means: Table, shape: FeatureShape) -> Table:
    """(entity_id, as_of, rfm_tier, monetary_ratio) for rows with R, F and M.

    The ratio is null where the mean is not positive; such a customer can only be in the lowest tier.
    """
    both = figures.left_join(means, figures.as_of == means.as_of).select(figures, means.mean_monetary_cents)
    mean = both.mean_monetary_cents
    money = both[f"monetary_cents_{shape.rfm_days}d"].cast("float64")
    rated = both.mutate(monetary_ratio=(mean > 0.0).ifelse(money / mean.nullif(0.0), None))
    tier = ibis.cases(
        (_reaches(rated, "strategic", shape), "strategic"),
        (_reaches(rated, "growth", shape), "growth"),
        else_="maintenance",
    )
    return rated.select("entity_id", "as_of", "monetary_ratio", rfm_tier=tier)


def _reaches(rated: Table, tier: str, shape: FeatureShape) -> Any:
    rule = shape.rfm[tier]
    met = (
        (rated.recency_days <= float(rule["max_recency_days"]))
        & (rated[f"frequency_{shape.rfm_days}d"] >= int(rule["min_frequency"]))
        & (rated.monetary_ratio >= float(rule["min_monetary_ratio"]))
    )
    return met.fill_null(False)


TIER_WORDS = (
    ("strategic", "Strategic", "战略级"),
    ("growth", "Growth", "成长级"),
    ("maintenance", "Maintenance", "维护级"),
)


def catalogue(_shape: FeatureShape) -> list[Feature]:
    """Tier and ratio."""
    return [
        category("rfm_tier", "RFM tier", "RFM 等级", TIER_WORDS),
        number("monetary_ratio", "Order value against the mean customer", "订单金额与客户均值之比"),
    ]
