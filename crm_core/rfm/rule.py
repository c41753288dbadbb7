"""The tier rule (mission R1): thresholds in configs/rfm.yaml."""

from __future__ import annotations

import numpy as np
import pandas as pd

from configs.sections import Rfm, RfmTier
from configs.settings import Settings
from crm_core.rule_version import rule_version

TIERS = ("maintenance", "growth", "strategic")  # lowest first
TIER_NAMES = {
    "maintenance": ("Maintenance", "维护级"),
    "growth": ("Growth", "成长级"),
    "strategic": ("Strategic", "战略级"),
}


def mean_monetary_cents(figures: pd.DataFrame) -> float | None:
    """Mean of M over the customers with an order in the window; None while there is none. `figures`: see `tiered`."""
    money = figures.loc[figures["frequency"] > 0, "monetary_cents"]
    return int(money.sum()) / len(money) if len(money) else None


def tiered(figures: pd.DataFrame, mean_cents: float | None, rules: Rfm) -> pd.DataFrame:
    """`figures` (recency_days, frequency, monetary_cents; one row per customer) with monetary_ratio and tier.

    monetary_ratio is NaN where the mean is not positive; such a customer can only be maintenance.
    """
    mean = mean_cents if mean_cents is not None and mean_cents > 0 else np.nan
    rated = figures.assign(monetary_ratio=figures["monetary_cents"].astype(float) / mean)
    reached = [_reaches(rated, rules.strategic), _reaches(rated, rules.growth)]
    return rated.assign(tier=np.select(reached, ["strategic", "growth"], "maintenance"))


def tier_rule_version(settings: Settings) -> str:
    """Version of the thresholds and the window."""
    return rule_version("rfm", tiers=settings.rfm, window_days=settings.features.rfm_window_days)


def _reaches(rated: pd.DataFrame, rule: RfmTier) -> pd.Series[bool]:
    """A figure that is not known (NaN) reaches nothing."""
    return (
        (rated["recency_days"] <= rule.max_recency_days)
        & (rated["frequency"] >= rule.min_frequency)
        & (rated["monetary_ratio"] >= rule.min_monetary_ratio)
    )
