"""Columns and keys of the lake's tables, derived from the canonical schema of crm_core."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from crm_core.queries import TABLE_COLUMNS

SYSTEM_COLUMNS = {"recorded_at": "moment", "change_seq": "integer", "is_backfilled": "boolean"}
ARROW_TYPES = {
    "text": pa.string(),
    "json": pa.string(),
    "integer": pa.int64(),
    "real": pa.float64(),
    "boolean": pa.bool_(),
    "moment": pa.timestamp("us"),
    "date": pa.date32(),
}
DUCKDB_TYPES = {
    "text": "VARCHAR",
    "json": "VARCHAR",
    "integer": "BIGINT",
    "real": "DOUBLE",
    "boolean": "BOOLEAN",
    "moment": "TIMESTAMP",
    "date": "DATE",
}
IBIS_TYPES = {
    "text": "string",
    "json": "string",
    "integer": "int64",
    "real": "float64",
    "boolean": "boolean",
    "moment": "timestamp(6)",
    "date": "date",
}
LONG_TEXTS = {"summary", "message", "attributes"}  # never read by features
# Of these features ask only whether there is one: no name, number or address is held in memory.
MARKED = {"leads": ("company_name", "contact_name", "phone", "email")}
# Of the tables with the most rows, what no feature reads either once each version has its interval.
SPARED = {
    "activities": ("activity_id", "rep_id", "source", "consent", "recorded_at", "change_seq", "is_backfilled"),
    "stage_events": ("event_id", "actor", "reason", "is_backfilled"),
}
ENTITY_TABLES = {"leads": "lead", "customers": "customer"}


@dataclass(frozen=True)
class TableKey:
    """`key`: the natural id; `moment`: the row's own moment, None where it has none."""

    key: str
    moment: str | None


KEYS = {
    "channels": TableKey("channel_id", None),
    "channel_spend": TableKey("spend_id", "spent_on"),
    "reps": TableKey("rep_id", None),
    "customers": TableKey("customer_id", "created_at"),
    "customer_aliases": TableKey("customer_id", None),
    "leads": TableKey("lead_id", "created_at"),
    "stage_events": TableKey("event_id", "entered_at"),
    "activities": TableKey("activity_id", "occurred_at"),
    "orders": TableKey("order_id", "ordered_at"),
    "payments": TableKey("payment_id", "paid_at"),
    "receivables": TableKey("invoice_id", "due_on"),
    "ratings": TableKey("rating_id", "rated_at"),
    "attribute_changes": TableKey("change_id", "changed_at"),
    "sync_log": TableKey("entry_id", "occurred_at"),
}

# Canonical columns whose changes a log may report, with the name the log uses and the kind of their values.
LOGGABLE_COLUMNS: dict[str, dict[str, tuple[str, str]]] = {
    "lead": {
        "expected_amount_cents": ("expected_amount", "cents"),
        "budget_cents": ("budget", "cents"),
        "employee_count": ("employee_count", "integer"),
        "industry": ("industry", "text"),
        "region": ("region", "text"),
        "product": ("product", "text"),
        "campaign": ("campaign", "text"),
    },
    "customer": {
        "annual_revenue_cents": ("annual_revenue", "cents"),
        "employee_count": ("employee_count", "integer"),
        "industry": ("industry", "text"),
        "region": ("region", "text"),
    },
}


def columns_of(table: str) -> dict[str, str]:
    """Column -> type name, without the attributes that are columns of their own in the lake."""
    canonical = {name: kind for name, kind in TABLE_COLUMNS[table].items() if name != "attributes"}
    return {**canonical, **SYSTEM_COLUMNS}
