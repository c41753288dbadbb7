"""Whatever stands in a file: it is imported, or refused in one sentence; never anything else."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, example, given
from hypothesis import settings as property_settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from configs.settings import load_settings
from crm_core.errors import ImportFault
from crm_core.events import upsert_rows
from crm_core.importer import import_path
from crm_core.schema import BUNDLE
from tests.crm_core.conftest import NOW

SETTINGS = load_settings()
HEADER = b"lead_id,created_at,employee_count,budget,industry,Size\n"
quick = property_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=3,
)


def _import(engine: Engine, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "leads.csv").write_bytes(content)
        with suppress(ImportFault):
            import_path(engine, Path(name), None, SETTINGS, NOW, Path(name) / "r")


@quick
@given(content=st.binary(max_size=200))
@example(content=b"\xff\xfe")
@example(content=b'"')
@example(content=b"\0\0\0")
def test_any_bytes_are_imported_or_refused(sqlite_engine: Engine, content: bytes) -> None:
    _import(sqlite_engine, content)
    _import(sqlite_engine, HEADER + b"l1,2024-01-01,5,5,x,1\n" + content)


@quick
@given(fields=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), min_size=6, max_size=6))
def test_any_words_are_imported_or_rejected(sqlite_engine: Engine, fields: list[str]) -> None:
    line = ",".join('"' + field.replace('"', '""') + '"' for field in fields)
    _import(sqlite_engine, HEADER + f"l1,2024-01-01,5,5,x,1\n{line}\n".encode())


@quick
@given(data=st.data(), table=st.sampled_from(sorted(BUNDLE)))
def test_any_json_is_written_or_refused(engine: Engine, data: st.DataObject, table: str) -> None:
    names = st.sampled_from([*BUNDLE[table].importable, "attributes", "recorded_at"]) | st.text(max_size=4)
    rows = data.draw(st.lists(st.dictionaries(names, json_values, max_size=8), min_size=1, max_size=3))
    counts, faults = upsert_rows(engine, table, rows, SETTINGS, NOW)
    assert counts["read"] == sum(count for name, count in counts.items() if name != "read")
    assert counts["rejected"] == len({fault.index for fault in faults})
