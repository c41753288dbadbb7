"""Facts straight from the tables of a bundle, without a database: for measuring on many worlds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from configs.settings import Settings
from monitoring.diagnosis.facts import COLUMNS, CaseFacts, make_case_facts

KEYS = {
    "leads": "lead_id", "customers": "customer_id", "reps": "rep_id", "stage_events": "event_id",
    "activities": "activity_id", "attribute_changes": "change_id", "sync_log": "entry_id", "orders": "order_id",
    "channels": "channel_id", "channel_spend": "spend_id",
}  # fmt: skip
MOMENTS = {"created_at", "entered_at", "occurred_at", "changed_at", "ordered_at", "hired_on", "spent_on"}
NUMBERS = {"employee_count", "weekly_capacity_hours", "duration_seconds", "discount_rate", "quantity"}


def facts_of(tables: dict[str, pd.DataFrame], settings: Settings, as_of: datetime) -> CaseFacts:
    """As an import and a read at as_of would give them; moments in the tables are naive UTC."""
    frames = {table: _frame(table, tables.get(table, pd.DataFrame()), as_of) for table in COLUMNS}
    return make_case_facts(frames, {}, settings, as_of)


def _frame(table: str, rows: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    key, count = KEYS[table], len(rows)
    columns: dict[str, Any] = {key: rows[key] if key in rows else np.arange(count).astype(str)}
    for name in COLUMNS[table]:
        columns[name] = _column(name, rows, count)
    recorded = np.full(count, np.datetime64((as_of - timedelta(days=3000)).replace(tzinfo=None), "us"))
    frame = pd.DataFrame({**columns, "recorded_at": recorded, "change_seq": np.arange(count)})
    return frame.assign(is_backfilled=np.full(count, False, object)).reset_index(drop=True)


def _column(name: str, rows: pd.DataFrame, count: int) -> Any:
    plain = name.removesuffix("_cents")
    if name in MOMENTS:
        values = rows[name] if name in rows else np.full(count, np.datetime64("NaT"))
        return pd.Series(np.asarray(values, "datetime64[us]"))
    if name in NUMBERS or name.endswith("_cents"):
        values = rows[plain].to_numpy(float) if plain in rows else np.full(count, np.nan)
        return values * (100 if name.endswith("_cents") else 1)
    values = rows[name].to_numpy(object) if name in rows else np.full(count, None, object)
    return pd.Series(values, dtype=object)
