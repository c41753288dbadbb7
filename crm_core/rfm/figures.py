"""R, F and M of each customer from its orders.

An order with a negative amount is a cancellation: it lowers M and counts nowhere else.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

DAY_SECONDS = 86_400


def age_seconds(moments: pd.Series[pd.Timestamp], as_of: datetime) -> pd.Series[int]:
    """Whole seconds from each moment (datetime64 in UTC, without zone) to as_of."""
    now = np.int64(int(as_of.timestamp()))
    return pd.Series(now - moments.to_numpy().astype("datetime64[s]").astype(np.int64), index=moments.index)


def rfm_figures(orders: pd.DataFrame, as_of: datetime, window_days: int) -> pd.DataFrame:
    """Per customer_id (the index) with any order: recency_days, frequency, monetary_cents.

    `orders`: customer_id, ordered_at, amount_cents; one row per order visible at as_of. recency_days: since the last
    purchase ever, NaN where there is none; frequency: purchases within the window; monetary_cents: net within it.
    """
    age = age_seconds(orders["ordered_at"], as_of)
    amount = orders["amount_cents"].astype(np.int64)
    is_bought, is_within = amount > 0, age < window_days * DAY_SECONDS
    columns = pd.DataFrame(
        {
            "customer_id": orders["customer_id"],
            "recency_days": (age / DAY_SECONDS).where(is_bought),
            "frequency": (is_bought & is_within).astype(np.int64),
            "monetary_cents": amount.where(is_within, 0),
        }
    )
    how = {"recency_days": "min", "frequency": "sum", "monetary_cents": "sum"}
    return columns.groupby("customer_id", sort=True).agg(how)
