"""Move every customer to the tier that its orders give, and keep the moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine

from configs.settings import Settings
from crm_core.database import read_transaction, write_transaction
from crm_core.funnel.versions import values_as_of
from crm_core.rfm.figures import rfm_figures
from crm_core.rfm.rule import TIERS, mean_monetary_cents, tier_rule_version, tiered
from crm_core.standing import Resolve, merges_or, put_right, resolved, standing_rows
from crm_core.tables import CustomerTier

FIGURES = ("tier", "recency_days", "frequency", "monetary_cents")


@dataclass(frozen=True)
class Retiering:
    """Outcome of a run. `moves`: (tier before, or None; tier now) -> customers; it is the same for a repeated run."""

    as_of: datetime
    rule_version: str
    customers: int
    mean_monetary_cents: float | None
    per_tier: dict[str, int]
    moves: dict[tuple[str | None, str], int]


def retier(engine: Engine, settings: Settings, as_of: datetime, resolve: Resolve | None = None) -> Retiering:
    """Tier every customer known at as_of from the orders known at as_of, and record each that moved.

    `resolve`: id of a merged customer -> golden id, under which both count as one; by default the merges live at as_of.
    A repeated run changes nothing.

    Raises
    ------
    DatabaseError: the database cannot be read or written; nothing is stored.
    """
    with read_transaction(engine) as connection:
        figures = customer_figures(connection, settings, as_of, resolve)
    mean, version = mean_monetary_cents(figures), tier_rule_version(settings)
    now = tiered(figures, mean, settings.rfm)
    with write_transaction(engine) as connection:
        before = _before(connection, as_of)
        moved = now[now["tier"] != pd.Series(now.index.map(before), index=now.index)]
        rows = _rows(moved, as_of, version, mean)
        put_right(connection, CustomerTier.__table__, as_of, rows)  # type: ignore[arg-type]
    per_tier = now["tier"].value_counts()
    counted = {tier: int(per_tier.get(tier, 0)) for tier in reversed(TIERS)}
    return Retiering(as_of, version, len(now), mean, counted, _moves(rows, before))


def customer_figures(
    connection: Connection, settings: Settings, as_of: datetime, resolve: Resolve | None = None
) -> pd.DataFrame:
    """R, F and M of every customer known at as_of, those without orders too. Index: customer_id."""
    resolve = merges_or(resolve, connection, as_of)
    orders = values_as_of(connection, "orders", as_of, ["customer_id", "ordered_at", "amount_cents"])
    customers = values_as_of(connection, "customers", as_of, [])
    bought = orders.assign(customer_id=resolved(orders["customer_id"], resolve))
    figures = rfm_figures(bought, as_of, settings.features.rfm_window_days)
    known = pd.Index(resolved(customers["customer_id"], resolve).unique())
    whole = figures.reindex(figures.index.union(known, sort=True))
    whole.index.name = "customer_id"
    return whole.fillna({"frequency": 0, "monetary_cents": 0}).astype({"frequency": int, "monetary_cents": int})


def _before(connection: Connection, as_of: datetime) -> dict[str, str]:
    table, only = CustomerTier.__table__, ("customer_id", "tier")
    return dict(map(tuple, standing_rows(connection, table, as_of, is_before=True, only=only)))  # type: ignore[arg-type]


def _rows(moved: pd.DataFrame, as_of: datetime, version: str, mean: float | None) -> list[dict[str, Any]]:
    shared = {"since": as_of, "rule_version": version, "mean_monetary_cents": mean}
    columns = [moved.index.tolist(), *(moved[name].tolist() for name in FIGURES)]
    return [
        {
            "customer_id": customer_id,
            "tier": tier,
            "recency_days": None if recency != recency else recency,  # noqa: PLR0124 (NaN: never bought)
            "frequency": frequency,
            "monetary_cents": money,
            **shared,
        }
        for customer_id, tier, recency, frequency, money in zip(*columns, strict=True)
    ]


def _moves(rows: list[dict[str, Any]], before: dict[str, str]) -> dict[tuple[str | None, str], int]:
    counts: dict[tuple[str | None, str], int] = {}
    for row in rows:
        move = (before.get(row["customer_id"]), row["tier"])
        counts[move] = counts.get(move, 0) + 1
    return counts
