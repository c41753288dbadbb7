"""What holds for every bundle, in whatever order and pieces it comes."""

from __future__ import annotations

import csv
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as property_settings
from hypothesis import strategies as st

from configs.settings import Settings, load_settings
from crm_core.importer import import_path
from crm_core.mapping import DEFAULT_NULLS
from tests.crm_core.conftest import LATER, NOW, everything, open_migrated, rows, with_intake

pytestmark = pytest.mark.slow

SETTINGS = load_settings()
START = datetime(2024, 1, 1)  # noqa: DTZ001 (as an export writes it)
VOLATILE = {"change_counter", "row_history"}

keys = st.integers(0, 6).map("k{}".format)
names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=6)
names = names.filter(lambda word: word not in DEFAULT_NULLS)  # which an import reads as nothing
# A version is known by when it was learnt: its name is a function of key and moment, as in any one system of record.
versions = st.lists(st.tuples(keys, st.integers(0, 5)), min_size=1, max_size=20, unique=True)
orders = st.lists(
    st.tuples(keys, st.integers(-10_000, 10**9), names), min_size=1, max_size=20, unique_by=lambda row: row[0]
)


def _write(folder: Path, table: str, header: list[str], lines: list[list[Any]]) -> None:
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *lines])


def _load(kind: str, deliveries: list[tuple[str, list[str], list[list[Any]]]], settings: Settings) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name, open_migrated(kind, Path(name)) as engine:
        for number, (table, header, lines) in enumerate(deliveries):
            folder = Path(name) / f"d{number}"
            folder.mkdir()
            _write(folder, table, header, lines)
            import_path(engine, folder, None, settings, NOW if number == 0 else LATER, Path(name))
        order = "SELECT row_key, recorded_at, row_hash FROM row_history ORDER BY 1, 2, 3"
        counted = everything(engine)
        found: dict[str, Any] = {table: content for table, content in counted.items() if table not in VOLATILE}
        return {**found, "history": [tuple(map(str, row)) for row in rows(engine, order)]}


def _without_seq(found: dict[str, Any], table: str, place: int) -> list[tuple[str, ...]]:
    return [row[:place] + row[place + 1 :] for row in found[table]]


@property_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=versions, data=st.data(), chunk_rows=st.integers(1, 7))
def test_versions_in_any_order_and_pieces_give_the_same_history(
    database_kind: str, content: Any, data: Any, chunk_rows: int
) -> None:
    header = ["channel_id", "name", "recorded_at"]
    lines = [[key, f"{key}@{age}", (START + timedelta(days=age)).isoformat()] for key, age in content]
    again = data.draw(st.lists(st.sampled_from(lines), max_size=10))
    shuffled = data.draw(st.permutations([*lines, *again]))
    cut = data.draw(st.integers(0, len(shuffled)))
    small = with_intake(SETTINGS, chunk_rows=chunk_rows)
    once = _load(database_kind, [("channels", header, lines)], SETTINGS)
    pieces = _load(database_kind, [("channels", header, shuffled[:cut]), ("channels", header, shuffled[cut:])], small)
    place = 4  # change_seq, which tells the order of arrival
    assert _without_seq(pieces, "channels", place) == _without_seq(once, "channels", place)
    assert pieces["history"] == once["history"]


@property_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=orders, data=st.data(), chunk_rows=st.integers(1, 7))
def test_rows_delivered_again_change_nothing(database_kind: str, content: Any, data: Any, chunk_rows: int) -> None:
    header = ["order_id", "customer_id", "ordered_at", "amount", "category"]
    lines = [[key, "c", START.isoformat(), f"{cents / 100:.2f}", name] for key, cents, name in content]
    again = data.draw(st.lists(st.sampled_from(lines), max_size=20))
    once = _load(database_kind, [("orders", header, lines)], SETTINGS)
    twice = _load(
        database_kind,
        [("orders", header, [*lines, *again]), ("orders", header, [*again, *lines])],
        with_intake(SETTINGS, chunk_rows=chunk_rows),
    )
    assert twice == once
    assert twice["history"] == []


@property_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.lists(st.tuples(keys, names), min_size=1, max_size=15),
    first_chunk=st.integers(1, 7),
    second_chunk=st.integers(1, 7),
)
def test_any_file_imported_twice_changes_nothing(
    database_kind: str, content: Any, first_chunk: int, second_chunk: int
) -> None:
    with tempfile.TemporaryDirectory() as name, open_migrated(database_kind, Path(name)) as engine:
        folder = Path(name) / "b"
        folder.mkdir()
        _write(folder, "channels", ["channel_id", "name"], [[key, word] for key, word in content])
        import_path(engine, folder, None, with_intake(SETTINGS, chunk_rows=first_chunk), NOW, Path(name))
        before = everything(engine)
        report = import_path(engine, folder, None, with_intake(SETTINGS, chunk_rows=second_chunk), LATER, Path(name))
        after = everything(engine)
        assert after == before
        counts = report.tables["channels"]
        assert (counts["inserted"], counts["updated"], counts["unchanged"] + counts["rejected"]) == (0, 0, len(content))
