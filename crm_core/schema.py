"""The bundle in words the intake and the queries share, derived from the tables: one definition of every column."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from crm_core.errors import UnknownTableError
from crm_core.tables import BUNDLE_TABLES, BundleTable

PROVENANCE = ("recorded_at", "change_seq", "row_hash", "is_backfilled")


@dataclass(frozen=True)
class Field:
    """One column: `name` as exports give it (amount), `column` as it is stored (amount_cents)."""

    name: str
    column: str
    kind: str
    is_required: bool
    is_id: bool
    is_importable: bool
    is_currency: bool
    choices: tuple[str, ...]
    low: float | None
    high: float | None
    default: Any
    is_added: bool


@dataclass(frozen=True)
class TableSpec:
    """One bundle table. `fields` are all its own columns in storage order, without provenance.

    `row_parts`: what a row without key is told apart by, with its place among rows that have the same; empty where
    none may lack its key. `counts_rows`: the rows read lack it.
    """

    name: str
    fields: tuple[Field, ...]
    key: str
    key_parts: tuple[str, ...]
    event_column: str | None
    entity: str | None
    row_parts: tuple[str, ...] = ()
    counts_rows: bool = False

    def without_key(self, parts: tuple[str, ...]) -> TableSpec:
        """The table as read from rows that name no key; see `row_parts`."""
        fields = tuple(
            replace(field, is_required=field.is_required and field.name != self.key) for field in self.fields
        )
        return replace(self, fields=fields, key_parts=parts, counts_rows=True)

    @cached_property
    def importable(self) -> dict[str, Field]:
        """Fields that an export may give, by their name there."""
        return {field.name: field for field in self.fields if field.is_importable}

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Stored columns in order, without provenance."""
        return tuple(field.column for field in self.fields)

    @cached_property
    def count_added(self) -> int:
        """How many of the last columns came after the first schema; see `row_hash`."""
        return sum(field.is_added for field in self.fields)

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Stored column -> kind (money counts as integer)."""
        return {field.column: "integer" if field.kind == "money" else field.kind for field in self.fields}


def _field(column: Any) -> Field:
    info = column.info
    return Field(
        name=column.name.removesuffix("_cents") if info["kind"] == "money" else column.name,
        column=column.name,
        kind=info["kind"],
        is_required=info.get("is_required", False),
        is_id=info.get("is_id", False),
        is_importable=info.get("is_importable", True),
        is_currency=info.get("is_currency", False),
        choices=tuple(info.get("choices", ())),
        low=info.get("low"),
        high=info.get("high"),
        default=info.get("default"),
        is_added=info.get("is_added", False),
    )


def _spec(table: type[BundleTable]) -> TableSpec:
    columns = table.__table__.columns
    return TableSpec(
        name=table.__tablename__,
        fields=tuple(_field(column) for column in columns if column.name not in PROVENANCE),
        key=next(column.name for column in columns if column.primary_key),
        key_parts=table.key_parts,
        event_column=table.event_column,
        entity=table.attribute_entity,
        row_parts=table.row_parts,
    )


BUNDLE: dict[str, TableSpec] = {table.__tablename__: _spec(table) for table in BUNDLE_TABLES}


def table_spec(name: str) -> TableSpec:
    """The bundle table of this name.

    Raises
    ------
    UnknownTableError: there is none.
    """
    if name not in BUNDLE:
        raise UnknownTableError(f"A table must be one of {', '.join(BUNDLE)}, but got {name!r}.")
    return BUNDLE[name]
