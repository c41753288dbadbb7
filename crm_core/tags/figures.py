"""What tags are made of: figures per customer from its orders and touch points."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from configs.sections import Tags
from crm_core.rfm.figures import DAY_SECONDS, age_seconds, rfm_figures


def tag_figures(orders: pd.DataFrame, touches: pd.DataFrame, as_of: datetime, rules: Tags) -> pd.DataFrame:
    """One row per customer_id (the index) with any order or touch point; columns as configs/tags.yaml lists them.

    `orders`: customer_id, ordered_at, amount_cents, category, discount_rate, change_seq. `touches`: customer_id,
    occurred_at, kind, direction. Also last_categories: up to so many categories, bought last first.
    """
    bought = orders[orders["amount_cents"] > 0]
    both = [_amounts(orders, as_of, rules), _purchases(bought, as_of, rules), _contacts(touches, as_of, rules)]
    whole = pd.concat([*both, _last_categories(bought, rules)], axis=1).sort_index()
    counts = ["order_count", "order_count_total", "contact_count"]
    whole.index.name = "customer_id"
    return whole.fillna(dict.fromkeys(counts, 0)).astype(dict.fromkeys(counts, int))


def _amounts(orders: pd.DataFrame, as_of: datetime, rules: Tags) -> pd.DataFrame:
    """recency_days, order_count, monetary_ratio."""
    figures = rfm_figures(orders, as_of, rules.window_days)
    active = figures[figures["frequency"] > 0]
    ratio = _against_mean(active["monetary_cents"].astype(float))
    return pd.DataFrame(
        {"recency_days": figures["recency_days"], "order_count": figures["frequency"], "monetary_ratio": ratio}
    )


def _purchases(bought: pd.DataFrame, as_of: datetime, rules: Tags) -> pd.DataFrame:
    """Order value, sensitivity to promotions and categories within the window; orders ever.

    An order without a discount rate says nothing of discounts.
    """
    year = bought[age_seconds(bought["ordered_at"], as_of) < rules.window_days * DAY_SECONDS]
    by_customer = year.groupby("customer_id")
    rate = year["discount_rate"].astype(float)
    is_discounted = (rate >= rules.min_discount_rate).astype(float).where(rate.notna())
    average = by_customer["amount_cents"].mean().astype(float)
    per_category = year.groupby(["customer_id", "category"]).size().groupby("customer_id")
    return pd.DataFrame(
        {
            "average_order_cents": average,
            "average_order_ratio": _against_mean(average),
            "discounted_share": is_discounted.groupby(year["customer_id"]).mean(),
            "category_count": per_category.size().astype(float),
            "top_category_share": per_category.max() / per_category.sum(),
            "order_count_total": bought.groupby("customer_id").size(),
        }
    )


def _contacts(touches: pd.DataFrame, as_of: datetime, rules: Tags) -> pd.DataFrame:
    """How many touch points within contact_days, and the share of each way. A direction unknown is not inbound."""
    recent = touches[age_seconds(touches["occurred_at"], as_of) < rules.contact_days * DAY_SECONDS]
    ways = pd.DataFrame(
        {
            "call_share": recent["kind"].isin(rules.call_kinds),
            "online_share": recent["kind"].isin(rules.online_kinds),
            "visit_share": recent["kind"].isin(rules.visit_kinds),
            "inbound_share": recent["direction"].isin(["inbound", "in"]),
        }
    ).astype(float)
    grouped = ways.groupby(recent["customer_id"])
    return grouped.mean().assign(contact_count=grouped.size())


def _last_categories(bought: pd.DataFrame, rules: Tags) -> pd.Series[Any]:
    named = bought[bought["category"].notna()].sort_values(["ordered_at", "change_seq"], ascending=False)
    distinct = named.drop_duplicates(["customer_id", "category"])
    kept = distinct[distinct.groupby("customer_id").cumcount() < rules.last_categories]
    return kept.groupby("customer_id")["category"].agg(list).rename("last_categories")


def _against_mean(values: pd.Series[float]) -> pd.Series[float]:
    """Each value as a ratio to the mean of all; NaN where the mean is not positive."""
    mean = values.mean() if len(values) else 0.0
    return values / mean if mean > 0 else values * np.nan
