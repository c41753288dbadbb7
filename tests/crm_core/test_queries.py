from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Engine

from crm_core import queries
from crm_core.database import write_transaction
from crm_core.golden_record.decisions import insert_manual
from crm_core.queries import TABLE_COLUMNS, last_change_seq, last_recorded_at, read_versions
from tests.crm_core.conftest import LATER, NOW, Load
from tests.crm_core.test_importer import BUNDLE_FILES

ARROW = {
    "text": "string",
    "integer": "int64",
    "real": "double",
    "boolean": "bool",
    "moment": "timestamp[us]",
    "date": "date32[day]",
    "json": "string",
}


MERGE = {"from_id": "c2", "into_id": "c1", "score": None, "evidence": {}, "rule_version": "v"}


def versions(
    engine: Engine, table: str, after: int = 0, up_to: int | None = None, chunk: int = 2
) -> list[dict[str, Any]]:
    end = last_change_seq(engine) if up_to is None else up_to
    return [row for chunk_ in read_versions(engine, table, after, end, chunk) for row in chunk_.to_pylist()]


def test_every_table_is_read_in_its_declared_types(load: Load, engine: Engine) -> None:
    load(**BUNDLE_FILES)
    with write_transaction(engine) as connection:
        insert_manual(connection, {**MERGE, "merge_id": 1}, "li.na", NOW)
    for table, columns in TABLE_COLUMNS.items():
        [chunk] = list(read_versions(engine, table, 0, last_change_seq(engine)))
        expected = {**columns, "recorded_at": "moment", "change_seq": "integer", "is_backfilled": "boolean"}
        assert {field.name: str(field.type) for field in chunk.schema} == {
            name: ARROW[kind] for name, kind in expected.items()
        }
        assert isinstance(chunk, pa.Table)


def test_values_come_back_as_they_went_in(load: Load, engine: Engine) -> None:
    load(**BUNDLE_FILES)
    [lead] = versions(engine, "leads")
    assert (str(lead["created_at"]), lead["expected_amount_cents"], json.loads(lead["attributes"])) == (
        "2024-01-05 02:00:00",
        100_000,
        {"size": 50},
    )
    [rep] = versions(engine, "reps")
    assert (str(rep["hired_on"]), rep["weekly_capacity_hours"], rep["active"], rep["is_backfilled"]) == (
        "2023-01-01",
        40.0,
        True,
        True,
    )


def test_all_versions_are_read_current_and_superseded(load: Load, engine: Engine) -> None:
    load(**BUNDLE_FILES)
    load(now=LATER, **{**BUNDLE_FILES, "reps": BUNDLE_FILES["reps"].replace("yes", "no")})
    assert [
        (row["rep_id"], row["active"]) for row in sorted(versions(engine, "reps"), key=lambda row: row["change_seq"])
    ] == [("r1", True), ("r1", False)]


def test_a_cursor_reads_each_version_once(load: Load, engine: Engine) -> None:
    load(channels="channel_id,name\n" + "".join(f"c{n},N\n" for n in range(7)))
    first = versions(engine, "channels", 0, 3)
    load(now=LATER, channels="channel_id,name\n" + "".join(f"c{n},M\n" for n in range(7)))
    rest = versions(engine, "channels", 3)
    seqs = [row["change_seq"] for row in [*first, *rest]]
    assert sorted(seqs) == list(range(1, 15))
    # What was current at the cursor is read by it even after it was superseded.
    assert {row["name"] for row in versions(engine, "channels", 0, 7)} == {"N"}


@pytest.mark.parametrize("chunk", [1, 2, 3, 100])
def test_chunks_are_bounded_and_complete(load: Load, engine: Engine, chunk: int) -> None:
    load(channels="channel_id,name\n" + "".join(f"c{n},N\n" for n in range(5)))
    sizes = [part.num_rows for part in read_versions(engine, "channels", 0, 5, chunk)]
    assert sum(sizes) == 5
    assert max(sizes) <= chunk


def test_an_empty_database_has_no_changes(engine: Engine) -> None:
    assert (last_change_seq(engine), last_recorded_at(engine), versions(engine, "leads")) == (0, None, [])
    assert queries.attribute_definitions(engine) == []


def test_the_newest_record_is_known(load: Load, engine: Engine) -> None:
    load(**BUNDLE_FILES)
    load(now=LATER, channels="channel_id,name\nweb,Website\n")
    assert last_recorded_at(engine) == LATER
