"""The tier of the CRM and that of the features are one rule: the same on random orders."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace

import ibis
import numpy as np
import pandas as pd
import pytest

from configs.settings import Settings
from crm_core.rfm.figures import rfm_figures
from crm_core.rfm.rule import mean_monetary_cents, tiered
from features.asof import unheld, with_intervals
from features.rfm_tiers import active_figures, mean_money, with_tiers

AS_OF = pd.Timestamp("2025-01-01T12:34:56.789", tz="UTC")


@pytest.mark.parametrize("seed", range(3))
def test_features_and_crm_give_the_same_tier(settings: Settings, seed: int) -> None:
    rng = np.random.default_rng(seed)
    count, now = 1500, AS_OF.tz_localize(None)
    ages = rng.choice([30, 60, 365, 1], count) * rng.random(count)
    orders = pd.DataFrame(
        {
            "order_id": [f"o{place}" for place in range(count)],
            "customer_id": [f"c{one}" for one in (rng.random(count) ** 2 * 300).astype(int)],
            "ordered_at": [now - timedelta(days=float(age)) for age in ages],
            "amount_cents": rng.integers(-2000, 90_000, count),
        }
    )  # fmt: skip
    orders.loc[0:3, "ordered_at"] = [now - timedelta(days=day) for day in (30, 60, 365, 0)]
    extra = dict.fromkeys(("category", "discount_rate", "quantity"))
    versions = orders.assign(recorded_at=orders["ordered_at"], change_seq=range(count), **extra).astype(
        {"ordered_at": "datetime64[us]", "recorded_at": "datetime64[us]"}
    )
    shape = SimpleNamespace(
        rfm_days=settings.features.rfm_window_days,
        rfm={tier: getattr(settings.rfm, tier).model_dump() for tier in ("strategic", "growth")},
    )
    spine = ibis.memtable(pd.DataFrame({"as_of": pd.Series([now], dtype="datetime64[us]")}))
    kinds = dict.fromkeys(("category",), "string") | dict.fromkeys(("discount_rate", "quantity"), "float64")
    tables = {"orders": with_intervals(ibis.memtable(versions).cast(kinds), "order_id", "ordered_at")}
    figures = active_figures(tables, spine, shape, unheld)
    theirs = with_tiers(figures, mean_money(figures, shape), shape).execute().set_index("entity_id").sort_index()

    own = rfm_figures(orders, _aware(AS_OF), settings.features.rfm_window_days)
    ours = tiered(own, mean_monetary_cents(own), settings.rfm)
    ours = ours[ours["frequency"] > 0]
    assert set(theirs["rfm_tier"]) == {"maintenance", "growth", "strategic"}
    assert ours["tier"].tolist() == theirs["rfm_tier"].tolist()
    assert ours.index.tolist() == theirs.index.tolist()
    assert ours["monetary_ratio"].tolist() == pytest.approx(theirs["monetary_ratio"].tolist())


def _aware(moment: pd.Timestamp) -> datetime:
    return moment.to_pydatetime()
