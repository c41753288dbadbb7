"""What was known at a moment, by brute force over the raw row versions: the ground of `tests.features.oracle`."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, time
from functools import lru_cache
from typing import Any

from tests.features.fake_crm import FakeCrm

Row = dict[str, Any]
Value = float | str | None
DAY = 86400
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (naive UTC, as in the lake)
OPEN = ["captured", "contacted", "needs_analysis", "technical_exchange", "solution_demo", "negotiation"]
WON = ["contract_signed", "payment_received"]
LOST = ["lost"]
KEYS = {
    "reps": ("rep_id", None),
    "customers": ("customer_id", "created_at"),
    "leads": ("lead_id", "created_at"),
    "stage_events": ("event_id", "entered_at"),
    "activities": ("activity_id", "occurred_at"),
    "orders": ("order_id", "ordered_at"),
    "payments": ("payment_id", "paid_at"),
    "receivables": ("invoice_id", "due_on"),
    "ratings": ("rating_id", "rated_at"),
    "attribute_changes": ("change_id", "changed_at"),
}
LOGGED_NAMES = {
    "lead": {
        "budget": ("budget_cents", "cents"),
        "expected_amount": ("expected_amount_cents", "cents"),
        "industry": ("industry", "text"),
        "region": ("region", "text"),
    },
    "customer": {"region": ("region", "text"), "industry": ("industry", "text")},
}


def seconds(moment: datetime) -> int:
    passed = moment - EPOCH
    return passed.days * DAY + passed.seconds


def days(later: datetime, earlier: datetime) -> float:
    return (seconds(later) - seconds(earlier)) / DAY


def moment_of(value: Any) -> datetime:
    if value is None:
        return EPOCH
    return value if isinstance(value, datetime) else datetime.combine(value, time())


def mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return math.fsum(found) / len(found) if found else None


class Records:
    """Row versions, and what of them was known at a moment."""

    def __init__(self, crm: FakeCrm) -> None:
        self.crm = crm
        self._versions: dict[str, dict[str, list[Row]]] = {}
        for table, (key, _) in KEYS.items():
            grouped: dict[str, list[Row]] = defaultdict(list)
            for row in crm.versions.get(table, []):
                grouped[row[key]].append(row)
            self._versions[table] = grouped
        self._owned = lru_cache(maxsize=None)(self._owned_keys)

    # what is known

    def seen_at(self, table: str, row: Row) -> datetime:
        own = KEYS[table][1]
        return max(row["recorded_at"], moment_of(row[own]) if own else EPOCH)

    def current(self, table: str, key: str, as_of: datetime) -> Row | None:
        visible = [row for row in self._versions[table].get(key, []) if self.seen_at(table, row) <= as_of]
        return max(visible, key=lambda row: (row["recorded_at"], row["change_seq"]), default=None)

    def _owned_keys(self, table: str, owner: str, owner_id: str) -> list[str]:
        """Keys of the rows any version of which ever belonged to the owner."""
        return [key for key, rows in self._versions[table].items() if any(row.get(owner) == owner_id for row in rows)]

    def rows(self, table: str, owner: str, owner_id: str, as_of: datetime) -> list[Row]:
        found = (self.current(table, key, as_of) for key in self._owned(table, owner, owner_id))
        return [row for row in found if row is not None and row.get(owner) == owner_id]

    # records with their change log

    def record(self, entity: str, key: str, as_of: datetime) -> Row | None:
        row = self.current({"lead": "leads", "customer": "customers"}[entity], key, as_of)
        if row is None:
            return None
        known = dict(row)
        given = row.get("attributes") or {}
        for one in self.crm.definitions:
            if one.entity == entity:
                known[f"attr_{one.slug}"] = self.clean(one.kind, given.get(one.name))
        for column, kind in self._logged_columns(entity).items():
            known[column] = self._logged(entity, key, column, kind, known, row, as_of)
        return known

    def _target(self, entity: str, name: str) -> tuple[str, str]:
        for one in self.crm.definitions:
            if one.entity == entity and name in {one.name, one.slug}:
                return f"attr_{one.slug}", one.kind
        return LOGGED_NAMES[entity][name]

    def _logged_columns(self, entity: str) -> dict[str, str]:
        names = {row["attribute"] for row in self.crm.versions.get("attribute_changes", []) if row["entity"] == entity}
        return dict(self._target(entity, name) for name in names)

    def _logged(self, entity: str, key: str, column: str, kind: str, known: Row, row: Row, as_of: datetime) -> Any:
        changes = [
            change
            for change in self.rows("attribute_changes", "entity_id", key, as_of)
            if change["entity"] == entity and self._target(entity, change["attribute"])[0] == column
        ]
        last = max(changes, key=lambda one: (one["changed_at"], one["recorded_at"], one["change_seq"]), default=None)
        trusted = not row["is_backfilled"]
        table = {"lead": "leads", "customer": "customers"}[entity]
        if last is None or (trusted and self.seen_at(table, row) > last["changed_at"]):
            return known.get(column) if trusted else None
        return self.clean(kind, last["value"])

    @staticmethod
    def clean(kind: str, value: Any) -> Any:
        if value is None or value == "":
            return None
        if kind == "cents":
            return round(float(value) * 100)
        if kind == "number":
            return float(value)
        if kind == "boolean":
            return float(value)
        if kind == "moment":
            return datetime.fromisoformat(value)
        return value

    @staticmethod
    def _units(cents: int | None) -> float | None:
        return None if cents is None else cents / 100

    def _attributes(self, entity: str, record: Row | None, as_of: datetime) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for one in self.crm.definitions:
            if one.entity != entity:
                continue
            value = record[f"attr_{one.slug}"] if record else None
            if value is not None and one.kind == "moment":
                value = days(value, as_of)
            if value is not None and one.kind == "text":
                value = float(len(value))
            values[f"attr_{one.slug}"] = value
        return values
