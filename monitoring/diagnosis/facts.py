"""The facts of a diagnosis: those of the funnel, and beside them what was said, ordered and who works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd

from configs.settings import Settings
from crm_core.database import open_database, read_transaction
from crm_core.funnel import FunnelFacts, make_facts
from crm_core.funnel.versions import rows_as_of
from crm_core.queries import attribute_definitions

COLUMNS = {
    "leads": (
        "created_at", "customer_id", "channel_id", "campaign", "product", "expected_amount_cents", "budget_cents",
        "employee_count", "industry", "region", "rep_id", "attributes",
    ),
    "customers": ("employee_count", "industry", "region"),
    "reps": ("name", "team", "hired_on", "weekly_capacity_hours", "active"),
    "stage_events": ("lead_id", "stage", "entered_at", "reason"),
    "activities": ("lead_id", "occurred_at", "rep_id", "direction", "duration_seconds", "summary"),
    "attribute_changes": ("entity", "entity_id", "attribute", "value", "changed_at"),
    "sync_log": ("source_system", "occurred_at", "status", "entity"),
    "orders": ("customer_id", "ordered_at", "amount_cents", "lead_id", "category", "discount_rate"),
    "channels": ("name",),
    "channel_spend": ("channel_id", "spent_on", "amount_cents"),
}  # fmt: skip


@dataclass(frozen=True)
class CaseFacts:
    """Everything known at `as_of` that a diagnosis looks at; absent tables are empty frames.

    Attributes
    ----------
    funnel: the funnel's facts; rows of leads are 0..n-1.
    activities: one row per activity: `lead` (row, -1 for none), occurred_at, rep_id, duration_seconds, summary.
    orders: one row per order with a positive amount: `lead` (-1 for none), customer_id, ordered_at, amount_cents,
        category, discount_rate (0..1). cancellations: the other orders.
    reps: one row per rep, by rep_id: name, team, hired_on, weekly_capacity_hours, active.
    channels: name of each channel by its id.
    spend: channel_id, spent_on, amount_cents.
    """

    funnel: FunnelFacts
    activities: pd.DataFrame
    orders: pd.DataFrame
    cancellations: pd.DataFrame
    reps: pd.DataFrame
    channels: dict[str, str]
    spend: pd.DataFrame

    @property
    def now(self) -> np.datetime64:
        """as_of as it stands in the frames."""
        return self.funnel.now


def load_case_facts(settings: Settings, as_of: datetime) -> CaseFacts:
    """Read everything once: nothing recorded after as_of is in it.

    Raises
    ------
    DatabaseError: the database cannot be read.
    """
    engine = open_database(settings.database_url)
    try:
        known = attribute_definitions(engine)
        with read_transaction(engine) as connection:
            frames = {table: rows_as_of(connection, table, as_of, columns) for table, columns in COLUMNS.items()}
    finally:
        engine.dispose()
    slugs = {(one.entity, one.slug): one.slug for one in known} | {(one.entity, one.name): one.slug for one in known}
    return make_case_facts(frames, slugs, settings, as_of)


def make_case_facts(
    frames: Mapping[str, pd.DataFrame], slugs: dict[tuple[str, str], str], settings: Settings, as_of: datetime
) -> CaseFacts:
    """Facts from frames of bundle tables in their version of as_of, as `rows_as_of` gives them."""
    funnel = make_facts(frames, slugs, settings.funnel, as_of)
    wide = settings.funnel.model_copy(update={"max_groups": settings.diagnosis.max_groups})
    row_of = pd.Index(funnel.leads["lead_id"])
    orders = frames["orders"].assign(lead=row_of.get_indexer(pd.Index(frames["orders"]["lead_id"])))
    is_order = (orders["amount_cents"] > 0).to_numpy()
    activities = frames["activities"].assign(lead=row_of.get_indexer(pd.Index(frames["activities"]["lead_id"])))
    channels = frames["channels"]
    return CaseFacts(
        funnel=replace(funnel, funnel=wide),
        activities=activities,
        orders=orders[is_order],
        cancellations=orders[~is_order],
        reps=frames["reps"].set_index("rep_id"),
        channels=dict(zip(channels["channel_id"], channels["name"], strict=True)),
        spend=frames["channel_spend"],
    )
