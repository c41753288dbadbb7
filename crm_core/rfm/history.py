"""Tiers as they stand, and how a customer came to its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from crm_core.database import read_transaction
from crm_core.standing import Resolve, is_merged_away, merges_or, standing_rows
from crm_core.tables import CustomerTier


@dataclass(frozen=True)
class TierMove:
    """From `since` on the customer has the tier; the figures are those that gave it. Money in cents."""

    customer_id: str
    since: datetime
    tier: str
    rule_version: str
    recency_days: float | None
    frequency: int
    monetary_cents: int
    mean_monetary_cents: float | None


def tiers_at(engine: Engine, as_of: datetime, resolve: Resolve | None = None) -> list[TierMove]:
    """The move in force at as_of per customer, by customer_id; without those that were merged into another."""
    with read_transaction(engine) as connection:
        rows = standing_rows(connection, CustomerTier.__table__, as_of)  # type: ignore[arg-type]
        resolve = merges_or(resolve, connection, as_of)
    return [TierMove(**row._mapping) for row in rows if not is_merged_away(row.customer_id, resolve)]


def tier_history(engine: Engine, customer_id: str, as_of: datetime) -> list[TierMove]:
    """All moves of one customer up to as_of, oldest first; none where it was never tiered."""
    table = CustomerTier.__table__
    query = select(table).where(table.c.customer_id == customer_id, table.c.since <= as_of).order_by(table.c.since)
    with read_transaction(engine) as connection:
        return [TierMove(**row._mapping) for row in connection.execute(query)]
