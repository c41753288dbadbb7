"""Columns of the bundle: each carries in `info` what the intake checks, so that a rule stands in one place.

`info` keys: `kind` (text, integer, real, boolean, moment, date, money, json), `is_required`, `is_id`, `is_importable`,
`choices`, `low`, `high`, `default`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Date, Float, Text
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.types import TypeEngine

from crm_core.tables.base import Moment

_TYPES: dict[str, type[TypeEngine[Any]]] = {
    "text": Text,
    "integer": BigInteger,
    "real": Float,
    "boolean": Boolean,
    "moment": Moment,
    "date": Date,
    "money": BigInteger,
    "json": JSON,
}


def _column(
    kind: str, *, required: bool = False, index: bool = False, key: bool = False, **info: Any
) -> MappedColumn[Any]:
    return mapped_column(
        _TYPES[kind],
        primary_key=key,
        nullable=not (required or key),
        index=index,
        info={"kind": kind, "is_required": required, **info},
    )


def key(*, importable: bool = True, required: bool = True) -> MappedColumn[str]:
    """Primary key: natural id, or derived from `key_parts` where the export has none."""
    return _column("text", key=True, required=required, is_id=True, is_importable=importable)


def reference(*, required: bool = False, index: bool = False) -> MappedColumn[Any]:
    """Id of a row elsewhere; not enforced, since exports leave tables out."""
    return _column("text", required=required, index=index, is_id=True)


def text(
    *, required: bool = False, choices: tuple[str, ...] = (), default: str | None = None, added: bool = False
) -> MappedColumn[Any]:
    """Words; `choices` closes the list of values. `added`: came after the first schema, as a last, optional column."""
    return _column("text", required=required, choices=choices, default=default, is_added=added)


def currency() -> MappedColumn[str]:
    """ISO 4217 code; the configured one where the export names none."""
    return _column("text", required=False, is_currency=True)


def integer() -> MappedColumn[int | None]:
    """Whole number."""
    return _column("integer")


def real(*, required: bool = False, low: float | None = None, high: float | None = None) -> MappedColumn[Any]:
    """Finite number, within `low` and `high` where given."""
    return _column("real", required=required, low=low, high=high)


def boolean(*, default: bool | None = None) -> MappedColumn[bool | None]:
    """Yes or no."""
    return _column("boolean", default=default)


def moment(*, required: bool = False, index: bool = False) -> MappedColumn[Any]:
    """Moment in UTC."""
    return _column("moment", required=required, index=index)


def day(*, required: bool = False) -> MappedColumn[Any]:
    """Calendar date in the export's zone."""
    return _column("date", required=required)


def money(*, required: bool = False) -> MappedColumn[Any]:
    """Amount in cents; the export gives it as a decimal under the column's name without `_cents`."""
    return _column("money", required=required)


def attributes() -> MappedColumn[dict[str, Any]]:
    """Unlisted columns of the export: JSON object by attribute slug, keys sorted, absent where null."""
    return mapped_column(JSON, nullable=False, info={"kind": "json", "is_importable": False}, sort_order=800)


Day = date
When = datetime
