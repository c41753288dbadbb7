"""The way from the CRM database into the lake: everything after the cursor, once, in one commit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from configs.progress import Progress
from crm_core import queries
from features.attribute_values import clean_value
from features.lake_manifest import Manifest, locked
from features.lake_schema import ARROW_TYPES, ENTITY_TABLES, KEYS, LOGGABLE_COLUMNS, columns_of


@dataclass(frozen=True)
class ExtractReport:
    """`rows`: versions written per table, tables without any left out; `change_seq`: the cursor after."""

    rows: dict[str, int]
    change_seq: int


@dataclass(frozen=True)
class AttributeColumn:
    """An attribute as a column of the lake."""

    entity: str
    name: str
    slug: str
    kind: str
    is_accepted: bool = False  # the mapping vouches that it does not know the outcome

    @property
    def column(self) -> str:
        """Its column in the lake and its feature's name."""
        return f"attr_{self.slug}"


def attribute_columns(engine: Any) -> list[AttributeColumn]:
    """All attributes that the CRM knows, in a stable order."""
    found = queries.attribute_definitions(engine)
    attributes = [AttributeColumn(one.entity, one.name, one.slug, one.kind, one.is_accepted) for one in found]
    return sorted(attributes, key=lambda one: (one.entity, one.slug))


def extract(engine: Any, folder: Path, chunk_rows: int, progress: Progress) -> ExtractReport:
    """Append every row version after the cursor to the lake and move the cursor, atomically.

    Raises
    ------
    LakeError: the lake is damaged, or another process writes it.
    """
    if queries.last_change_seq(engine) == Manifest.read(folder).change_seq:
        return ExtractReport({}, Manifest.read(folder).change_seq)
    with locked(folder):
        up_to = queries.last_change_seq(engine)
        attributes = attribute_columns(engine)
        manifest = _start(Manifest.read(folder), up_to, attributes)
        rows: dict[str, int] = {}
        with progress.bar("event lake", None) as bar:
            for table in KEYS:
                after = manifest.change_seq if table in manifest.files else 0
                chunks = queries.read_versions(engine, table, after, up_to, chunk_rows)
                name = f"{table}/{after:012d}-{up_to:012d}.parquet"
                count = _write(folder / name, (_converted(table, chunk, attributes) for chunk in chunks), bar.update)
                if count:
                    rows[table] = count
                    manifest.files.setdefault(table, []).append(name)
        manifest.change_seq = up_to
        manifest.commit(folder)
    return ExtractReport(rows, up_to)


def _start(manifest: Manifest, up_to: int, attributes: list[AttributeColumn]) -> Manifest:
    """What can be kept of the lake: nothing where the database is another one, and no table one of whose attributes
    has become of another kind, because its old values are in the form of the old kind.
    """
    if up_to < manifest.change_seq:
        manifest = Manifest()
    kinds = {f"{one.entity}.{one.slug}": one.kind for one in attributes}
    changed = {name.split(".")[0] for name, kind in kinds.items() if manifest.kinds.get(name, kind) != kind}
    for table, entity in ENTITY_TABLES.items():
        if entity in changed:
            manifest.files.pop(table, None)
            manifest.files.pop("attribute_changes", None)
    manifest.kinds = kinds
    return manifest


def _write(path: Path, chunks: Iterable[pa.Table], advance: Any) -> int:
    """Write the chunks to one file; none at all where there is no row. Returns the number of rows."""
    count = 0
    writer: pq.ParquetWriter | None = None
    try:
        for chunk in chunks:
            if not chunk.num_rows:
                continue
            if writer is None:
                path.parent.mkdir(parents=True, exist_ok=True)
                writer = pq.ParquetWriter(path, chunk.schema, compression="zstd")
            writer.write_table(chunk)
            count += chunk.num_rows
            advance(chunk.num_rows)
    finally:
        if writer is not None:
            writer.close()
    return count


def _converted(table: str, chunk: pa.Table, attributes: list[AttributeColumn]) -> pa.Table:
    """Canonical columns in the lake's types, with attributes as columns."""
    columns: dict[str, pa.Array | pa.ChunkedArray] = {}
    for name, kind in columns_of(table).items():
        if name in chunk.column_names:
            columns[name] = _typed(chunk[name], ARROW_TYPES[kind])
        else:
            columns[name] = pa.nulls(chunk.num_rows, ARROW_TYPES[kind])
    if table in ENTITY_TABLES and "attributes" in chunk.column_names:
        columns.update(_exploded(chunk["attributes"].to_pylist(), ENTITY_TABLES[table], attributes))
    if table == "attribute_changes":
        columns.update(_renamed_changes(columns, attributes))
    return pa.table(columns)


def _typed(column: pa.ChunkedArray, wanted: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        column = column.cast(pa.timestamp("us", "UTC"))
    return column.cast(wanted)


def _exploded(texts: list[str | None], entity: str, attributes: list[AttributeColumn]) -> dict[str, pa.Array]:
    parsed = [json.loads(text) if text else {} for text in texts]
    return {
        one.column: pa.array([clean_value(one.kind, _either(row, one)) for row in parsed], pa.string())
        for one in attributes
        if one.entity == entity
    }


def _either(row: Mapping[str, Any], attribute: AttributeColumn) -> Any:
    return row.get(attribute.name, row.get(attribute.slug))


def _renamed_changes(columns: Mapping[str, Any], attributes: list[AttributeColumn]) -> dict[str, pa.Array]:
    """The change log with the lake's column names and values that cast to the column's kind."""
    targets = dict(_change_targets(attributes))
    pairs = list(zip(columns["entity"].to_pylist(), columns["attribute"].to_pylist(), strict=True))
    found = [targets.get(pair, (pair[1], "text")) for pair in pairs]
    values = [clean_value(kind, value) for (_, kind), value in zip(found, columns["value"].to_pylist(), strict=True)]
    return {
        "attribute": pa.array([name for name, _ in found], pa.string()),
        "value": pa.array(values, pa.string()),
    }


def _change_targets(attributes: list[AttributeColumn]) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    for one in attributes:
        yield (one.entity, one.slug), (one.column, one.kind)
    for one in attributes:
        yield (one.entity, one.name), (one.column, one.kind)
    for entity, columns in LOGGABLE_COLUMNS.items():
        for column, (logged_name, kind) in columns.items():
            yield (entity, logged_name), (column, kind)
