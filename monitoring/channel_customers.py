"""What became of the customers that each channel brought: who left, and the way through the RFM tiers.

A customer was brought by the channel of the lead that its first order came of. Judged are those whose first order is at
least one horizon ago (`training.churn.horizon_days`, `training.rfm.horizon_days`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from configs.settings import Settings
from crm_core.funnel.figures import DAY
from crm_core.rfm.figures import rfm_figures
from crm_core.rfm.rule import TIERS, mean_monetary_cents, tiered
from monitoring.diagnosis.facts import CaseFacts
from monitoring.shrunk_shares import Share, shrunk_shares

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class BroughtCustomers:
    """The customers of one channel; None, and empty, where it brought nobody long enough ago.

    Attributes
    ----------
    churned: share without an order in the last churn horizon.
    valued: share that is growth or strategic today.
    path: (tier one horizon ago, tier today) -> customers.
    """

    churned: Share | None
    valued: Share | None
    path: dict[tuple[str, str], int]

    @property
    def risen(self) -> int:
        """Customers in a higher tier than one horizon ago."""
        return sum(n for (before, now), n in self.path.items() if TIERS.index(now) > TIERS.index(before))

    @property
    def fallen(self) -> int:
        """Customers in a lower tier than one horizon ago."""
        return sum(n for (before, now), n in self.path.items() if TIERS.index(now) < TIERS.index(before))

    def to_json(self) -> dict[str, Any]:
        """All figures by name."""
        return {
            "churned": self.churned.to_json() if self.churned else None,
            "valued": self.valued.to_json() if self.valued else None,
            "risen": self.risen, "fallen": self.fallen,
            "path": [{"from": a, "to": b, "customers": n} for (a, b), n in sorted(self.path.items())],
        }  # fmt: skip


def brought_customers(facts: CaseFacts, settings: Settings, codes: Codes, size: int) -> list[BroughtCustomers]:
    """One per channel. codes: [leads] place of each lead's channel; size: number of channels."""
    orders = facts.orders.sort_values("ordered_at", kind="stable")
    firsts = orders.drop_duplicates("customer_id")
    firsts = firsts[(firsts["lead"] >= 0).to_numpy()]
    horizons = settings.training.churn.horizon_days, settings.training.rfm.horizon_days
    churned = _churned(orders, firsts[_is_before(firsts, facts.now, horizons[0])], facts.now, horizons[0], codes, size)
    judged = firsts[_is_before(firsts, facts.now, horizons[1])]
    channel = codes[judged["lead"].to_numpy()]
    now, before = (_tiers(facts, settings, judged, facts.now - days * DAY) for days in (0, horizons[1]))
    valued = _shares(channel, now != TIERS[0], size)
    paths = [Counter(zip(before[channel == g], now[channel == g], strict=True)) for g in range(size)]
    return [
        BroughtCustomers(_told(churned[g]), _told(valued[g]), {(str(a), str(b)): n for (a, b), n in paths[g].items()})
        for g in range(size)
    ]


def _is_before(firsts: pd.DataFrame, now: np.datetime64, days: int) -> npt.NDArray[np.bool_]:
    return np.asarray(firsts["ordered_at"].to_numpy() <= now - days * DAY)


def _churned(
    orders: pd.DataFrame, firsts: pd.DataFrame, now: np.datetime64, days: int, codes: Codes, size: int
) -> list[Share]:
    last = orders.groupby("customer_id")["ordered_at"].max()
    is_gone = (firsts["customer_id"].map(last) <= now - days * DAY).to_numpy(bool)
    return _shares(codes[firsts["lead"].to_numpy()], is_gone, size)


def _tiers(facts: CaseFacts, settings: Settings, judged: pd.DataFrame, moment: np.datetime64) -> npt.NDArray[Any]:
    """Tier of each judged customer by the orders until the moment; the mean is that of all customers."""
    whole = pd.concat([facts.orders, facts.cancellations])
    orders = whole[whole["ordered_at"].to_numpy() <= moment]
    as_of = datetime.fromisoformat(f"{np.datetime_as_string(moment, unit='s')}+00:00")
    figures = rfm_figures(orders, as_of, settings.features.rfm_window_days)
    tier = tiered(figures, mean_monetary_cents(figures), settings.rfm)["tier"]
    return judged["customer_id"].map(tier).fillna(TIERS[0]).to_numpy(object)


def _shares(channel: Codes, is_hit: npt.NDArray[np.bool_], size: int) -> list[Share]:
    return shrunk_shares(np.bincount(channel[is_hit], minlength=size), np.bincount(channel, minlength=size))


def _told(share: Share) -> Share | None:
    return share if share.rows else None
