"""The attributes known so far: read at the start of an import, grown by inspection, written at its end."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import pyarrow as pa
from sqlalchemy import Connection, delete, insert, select

from crm_core.intake.attribute_kinds import kind_of, words_kind
from crm_core.intake.attribute_values import fragments
from crm_core.intake.fields import Reading
from crm_core.intake.numbers import with_point
from crm_core.intake.words import as_words
from crm_core.tables import AttributeDefinitionRow


@dataclass(frozen=True)
class Definition:
    """One attribute; the table's docstring says what the fields mean."""

    entity: str
    name: str
    slug: str
    kind: str
    parsed_as: str
    is_accepted: bool


def slug_of(name: str) -> str:
    """A name as an identifier: letters of any script, digits and underscores, lower case.

    >>> slug_of("Total Visits (30 d)"), slug_of("客户 规模"), slug_of("%")
    ('total_visits_30_d', '客户_规模', 'attribute')
    """
    return re.sub(r"\W+", "_", name).strip("_").lower() or "attribute"


class AttributeBook:
    """Definitions by entity and name; grows while an import runs."""

    def __init__(self, connection: Connection, max_category_values: int) -> None:
        self._connection = connection
        self._max_category_values = max_category_values
        rows = connection.execute(select(AttributeDefinitionRow.__table__)).mappings()
        self._known = {(row["entity"], row["name"]): Definition(**row) for row in rows}
        self._changed: set[tuple[str, str]] = set()

    def knows(self, entity: str, name: str) -> bool:
        """Whether the attribute is defined."""
        return (entity, name) in self._known

    def inspect(self, entity: str, columns: dict[str, pa.Array], reading: Reading, *, is_typed: bool) -> None:
        """Define what is not yet defined and has a value here."""
        for name, values in columns.items():
            if (entity, name) not in self._known and values.null_count < len(values):
                kind = self._kind_of(name, values, reading, is_typed=is_typed)
                self._keep(Definition(entity, name, self._free_slug(entity, name), kind, kind, is_accepted=False))

    def accept(self, entity: str, names: Iterable[str]) -> None:
        """Note that a mapping vouches for these; an attribute never seen with a value needs no word."""
        for name in names:
            known = self._known.get((entity, name))
            if known and not known.is_accepted:
                self._keep(replace(known, is_accepted=True))

    def to_json(self, entity: str, columns: dict[str, pa.Array], count: int, reading: Reading) -> list[str]:
        """One JSON object per row, by slug, without nulls; definitions that no longer fit are widened."""
        present = [self._known[entity, name] for name in columns if (entity, name) in self._known]
        parts = []
        for definition in sorted(present, key=lambda known: known.slug):
            values = columns[definition.name]
            if definition.parsed_as == "number":
                values = with_point(values, reading.decimal)
            if values.null_count < len(values):
                found = fragments(definition.slug, definition.parsed_as, values, reading.zone, reading.max_text_length)
                parts.append(found.json)
                self._widen(definition, found.misfits, values)
        if not parts:
            return ["{}"] * count
        return ["{" + ",".join([part for part in row if part is not None]) + "}" for row in zip(*parts, strict=True)]

    def save(self) -> None:
        """Write what is new or widened."""
        table = AttributeDefinitionRow
        for entity, name in sorted(self._changed):
            self._connection.execute(delete(table).where(table.entity == entity, table.name == name))
            self._connection.execute(insert(table).values(**vars(self._known[entity, name])))
        self._changed.clear()

    def _kind_of(self, name: str, values: pa.Array, reading: Reading, *, is_typed: bool) -> str:
        kinds = (
            kind_of(name, words, reading.zone, self._max_category_values, is_typed=is_typed)
            for words in (with_point(values, reading.decimal), values)
        )
        first = next(kinds)
        return first if reading.decimal == "." or first == "number" else next(kinds)

    def _widen(self, definition: Definition, misfits: list[str], values: pa.Array) -> None:
        """Move the kind towards text where values ask for it; `parsed_as` stays."""
        if definition.kind == "category":
            distinct = as_words(values).unique().drop_null()
        elif definition.kind != "text" and misfits:
            distinct = pa.array(misfits, pa.string())
        else:
            return
        kind = words_kind(distinct, self._max_category_values)
        if kind != definition.kind:
            self._keep(replace(definition, kind=kind))

    def _keep(self, definition: Definition) -> None:
        self._known[definition.entity, definition.name] = definition
        self._changed.add((definition.entity, definition.name))

    def _free_slug(self, entity: str, name: str) -> str:
        taken = {known.slug for known in self._known.values() if known.entity == entity}
        slug, number = slug_of(name), 1
        while (free := slug if number == 1 else f"{slug}_{number}") in taken:
            number += 1
        return free
