"""Rows that come with a request, checked and converted into one version per lead."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from configs.settings import Settings
from features.attribute_values import clean_value
from features.errors import RowError
from features.lake_extract import AttributeColumn
from features.lake_schema import ARROW_TYPES, LONG_TEXTS, columns_of
from features.moments import LATEST, to_naive_utc

_AMOUNTS = {"expected_amount": "expected_amount_cents", "budget": "budget_cents"}


def lead_table(
    rows: Sequence[Mapping[str, Any]], attributes: Sequence[AttributeColumn], as_of: datetime, settings: Settings
) -> pa.Table:
    """The rows as a table of leads with intervals, under their place as lead_id, all visible at as_of.

    Raises
    ------
    RowError: a value breaks a rule of the canonical tables; the message names row and column.
    """
    zone = settings.intake.timezone
    converted = [_converted(place, row, as_of, zone) for place, row in enumerate(rows)]
    kinds = {name: kind for name, kind in columns_of("leads").items() if name not in LONG_TEXTS}
    columns = {name: pa.array([row.get(name) for row in converted], ARROW_TYPES[kind]) for name, kind in kinds.items()}
    given = [row.get("attributes") or {} for row in rows]
    for one in attributes:
        if one.entity == "lead":
            values = [clean_value(one.kind, row.get(one.name, row.get(one.slug))) for row in given]
            columns[one.column] = pa.array(values, pa.string())
    count = len(rows)
    columns["visible_from"] = pa.array([as_of] * count, pa.timestamp("us"))
    columns["visible_until"] = pa.array([LATEST] * count, pa.timestamp("us"))
    return pa.table(columns)


def _converted(place: int, row: Mapping[str, Any], as_of: datetime, zone: str) -> dict[str, Any]:
    kinds = columns_of("leads")
    result: dict[str, Any] = {}
    for name, value in row.items():
        target = _AMOUNTS.get(name, name)
        if name == "attributes" or target not in kinds or value is None or value == "":
            continue
        kind = "cents" if name in _AMOUNTS else kinds[target]
        result[target] = _value(place, row, name, kind, value, zone)
    created_at = result.get("created_at") or as_of
    if created_at > as_of:
        given = f"row {place} ({row.get('lead_id')}) has {row['created_at']}"
        raise RowError(f"created_at must not lie after {as_of:%Y-%m-%d %H:%M:%S} UTC, but {given}.")
    system = {"recorded_at": as_of, "change_seq": place, "is_backfilled": False}
    return {**result, **system, "lead_id": str(place), "created_at": created_at}


def _value(place: int, row: Mapping[str, Any], name: str, kind: str, value: Any, zone: str) -> Any:
    try:
        return _CONVERTERS[kind](value, zone)
    except (TypeError, ValueError, KeyError, InvalidOperation, OverflowError):
        rule = _RULES[kind]
        raise RowError(f"{name} must be {rule}, but row {place} ({row.get('lead_id')}) has {value!r}.") from None


def _integer(value: Any, _: str) -> int:
    number = float(value)
    if not math.isfinite(number) or number != int(number):
        raise ValueError(value)
    return int(number)


def _cents(value: Any, _: str) -> int:
    if not Decimal(str(value)).is_finite():
        raise ValueError(value)
    return int(clean_value("cents", value) or 0)


def _moment(value: Any, zone: str) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return to_naive_utc(moment, ZoneInfo(zone))


def _real(value: Any, _: str) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number


_CONVERTERS: dict[str, Any] = {
    "text": lambda value, _: str(value),
    "json": lambda value, _: str(value),
    "integer": _integer,
    "cents": _cents,
    "real": _real,
    "boolean": lambda value, _: {"1": True, "0": False}[clean_value("boolean", value) or ""],
    "moment": _moment,
    "date": lambda value, zone: _moment(value, zone).date(),
}
_RULES = {
    "text": "text",
    "json": "JSON",
    "integer": "a whole number",
    "cents": "a decimal amount",
    "real": "a number",
    "boolean": "true or false",
    "moment": "an ISO 8601 moment",
    "date": "an ISO 8601 date",
}
