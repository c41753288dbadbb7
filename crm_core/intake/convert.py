"""Source columns to stored columns, by chunk; rows that break a rule fall out and are told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from crm_core.intake import words
from crm_core.intake.attribute_book import AttributeBook
from crm_core.intake.batch import Batch, derived_keys
from crm_core.intake.chunk import Chunk, Fault
from crm_core.intake.fields import convert_field, missing
from crm_core.intake.moments import parse_moments
from crm_core.intake.plan import RECORDED_AT, Plan
from crm_core.schema import Field

Mask = np.ndarray[Any, np.dtype[np.bool_]]
# A further rule of the table over the cleaned source columns: pairs of rejected rows, source column and rule.
Check = tuple[Mask, str, str]


@dataclass
class Converted:
    """`kept`: indices of the chunk's rows that hold; `columns`: stored columns of those rows; `clean`: their source."""

    kept: Any
    columns: dict[str, pa.Array]
    told_at: pa.Array
    clean: dict[str, pa.Array]
    faults: list[Fault]

    def only(self, rows: Sequence[bool]) -> Converted:
        """Some of the rows; the faults are those of others and stay."""
        taken = pa.array(np.flatnonzero(rows))
        columns = {name: values.take(taken) for name, values in self.columns.items()}
        clean = {name: values.take(taken) for name, values in self.clean.items()}
        return Converted(self.kept[np.asarray(rows, bool)], columns, self.told_at.take(taken), clean, self.faults)


def clean_chunk(chunk: Chunk, nulls: tuple[str, ...]) -> dict[str, pa.Array]:
    """Source columns trimmed, with nulls as nulls."""
    return {name: words.without_nulls(values, nulls) for name, values in chunk.columns.items()}


class Converter:
    """Converts the chunks of one file by its plan."""

    def __init__(self, plan: Plan, checks: Callable[[dict[str, pa.Array]], list[Check]] | None = None) -> None:
        self.plan = plan
        self._checks = checks

    def convert(self, chunk: Chunk, clean: dict[str, pa.Array]) -> Converted:
        """Stored columns of the rows that break no rule; all broken rules of the others as faults."""
        broken = _Broken(chunk)
        columns = {
            field.column: self._field(field, clean, len(chunk), broken) for field in self.plan.spec.importable.values()
        }
        told_at = self._told_at(clean, len(chunk), broken)
        for is_bad, column, rule in self._checks(clean) if self._checks else ():
            broken.add(is_bad, column, rule)
        kept = np.flatnonzero(~broken.rows)
        if len(kept) < len(chunk):
            columns = {name: values.take(pa.array(kept)) for name, values in columns.items()}
            told_at = told_at.take(pa.array(kept))
            clean = {name: values.take(pa.array(kept)) for name, values in clean.items()}
        return Converted(kept, columns, told_at, clean, broken.faults())

    def _field(self, field: Field, clean: dict[str, pa.Array], count: int, broken: _Broken) -> pa.Array:
        source = self.plan.bindings.get(field.name)
        values = clean[source] if source else pa.nulls(count, pa.string())
        if table := self.plan.values.get(field.name):
            values = words.without_nulls(words.translated(values, table), self.plan.nulls)
        constant = self.plan.constants.get(field.name)
        if constant is not None and values.null_count:
            values = words.as_words(values).fill_null(constant)
        if lacking := missing(field, values):
            broken.add(lacking[0], source or field.name, lacking[1])
        found = convert_field(field, values, self.plan.reading, self.plan.formats.get(field.name))
        for is_bad, rule in found.faults:
            broken.add(is_bad, source or field.name, rule)
        return found.values

    def _told_at(self, clean: dict[str, pa.Array], count: int, broken: _Broken) -> pa.Array:
        source = self.plan.bindings.get(RECORDED_AT)
        if source is None:
            return pa.nulls(count, pa.string())
        moments = parse_moments(clean[source], self.plan.reading.zone, self.plan.formats.get(RECORDED_AT))
        broken.add(moments.is_bad, source, "recorded_at must be a moment in the years 1900 to 2200")
        return moments.array().cast(pa.string())


class _Broken:
    """Rules broken by the rows of a chunk."""

    def __init__(self, chunk: Chunk) -> None:
        self._chunk = chunk
        self._found: list[tuple[Mask, str, str]] = []
        self.rows: Mask = np.zeros(len(chunk), bool)

    def add(self, is_bad: Mask, column: str, rule: str) -> None:
        """Note one rule."""
        if is_bad.any():
            self._found.append((is_bad, column, rule))
            self.rows |= is_bad

    def faults(self) -> list[Fault]:
        """By row, then by rule."""
        faults = [
            self._fault(int(index), column, rule)
            for is_bad, column, rule in self._found
            for index in np.flatnonzero(is_bad)
        ]
        return sorted(faults, key=lambda fault: fault.line)

    def _fault(self, index: int, column: str, rule: str) -> Fault:
        row = self._chunk.row(index)
        value = row.get(column)
        return Fault(self._chunk.lines[index], column, rule, None if value is None else str(value), row)


def to_batch(plan: Plan, converted: Converted, book: AttributeBook) -> Batch:
    """The batch of what was converted, with attributes as JSON and derived keys."""
    spec, count = plan.spec, len(converted.kept)
    columns = {name: values.to_pylist() for name, values in converted.columns.items()}
    if spec.entity:
        given = {name: converted.clean[name] for name in plan.attributes if name in converted.clean}
        columns["attributes"] = book.to_json(spec.entity, given, count, plan.reading)
    if plan.stage_column:
        columns["stage_column"] = [plan.stage_column] * count
    if spec.key_parts:
        derived = derived_keys(columns, spec.key_parts)
        columns[spec.key] = [
            given or made for given, made in zip(columns.get(spec.key, [None] * count), derived, strict=True)
        ]
    return Batch(spec, columns, converted.told_at.to_pylist())
