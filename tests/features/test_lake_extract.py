from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from configs.progress import SILENT
from crm_core import queries
from features.errors import LakeError
from features.lake_extract import ExtractReport, extract
from features.lake_manifest import Manifest, locked, write_atomically
from tests.features.fake_crm import Definition, FakeCrm

MORNING = datetime(2024, 3, 1, 8)  # noqa: DTZ001 (naive UTC, as in the lake)


def lead(crm: FakeCrm, key: str, **more: Any) -> None:
    crm.add("leads", MORNING, lead_id=key, created_at=MORNING, **more)


def run(folder: Path) -> ExtractReport:
    return extract(None, folder, 2, SILENT)


def rows_of(folder: Path, table: str) -> pa.Table:
    files = [folder / name for name in Manifest.read(folder).files.get(table, [])]
    return pa.concat_tables([pq.read_table(file) for file in files], promote_options="default")


def test_only_what_is_new_is_extracted(crm: FakeCrm, tmp_path: Path) -> None:
    for number in range(5):
        lead(crm, f"L{number}")
    assert run(tmp_path).rows == {"leads": 5}
    lead(crm, "L5")
    assert run(tmp_path) == ExtractReport({"leads": 1}, 6)
    assert rows_of(tmp_path, "leads")["change_seq"].to_pylist() == [1, 2, 3, 4, 5, 6]


def test_nothing_new_reads_nothing(crm: FakeCrm, tmp_path: Path) -> None:
    lead(crm, "L1")
    run(tmp_path)
    reads = crm.reads
    assert run(tmp_path).rows == {}
    assert crm.reads == reads


def test_an_extract_that_dies_leaves_the_lake_as_it_was(
    crm: FakeCrm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead(crm, "L1")
    run(tmp_path)
    before = Manifest.read(tmp_path)
    lead(crm, "L2")
    crm.add("activities", MORNING, activity_id="a", occurred_at=MORNING, kind="call")

    def dies(engine: Any, table: str, *rest: Any) -> Any:
        if table == "activities":
            raise RuntimeError("killed")
        return crm.read_versions(engine, table, *rest)

    with monkeypatch.context() as broken:
        broken.setattr(queries, "read_versions", dies)
        with pytest.raises(RuntimeError, match="killed"):
            run(tmp_path)
    assert Manifest.read(tmp_path) == before
    assert run(tmp_path).rows == {"leads": 1, "activities": 1}
    on_disk = {str(path.relative_to(tmp_path)) for path in tmp_path.glob("*/*.parquet")}
    assert on_disk == {name for names in Manifest.read(tmp_path).files.values() for name in names}


def test_attributes_become_columns_in_the_form_of_their_kind(crm: FakeCrm, tmp_path: Path) -> None:
    crm.definitions = [
        Definition("lead", "Lead Score", "lead_score", "number"),
        Definition("lead", "Key", "key", "boolean"),
        Definition("lead", "Seen", "seen", "moment"),
        Definition("customer", "Other", "other", "text"),
    ]
    lead(crm, "L1", attributes={"Lead Score": "12", "key": True, "Seen": "2024-01-01T08:00:00+08:00"})
    lead(crm, "L2", attributes={"Lead Score": "many", "Key": "perhaps"})
    run(tmp_path)
    columns = rows_of(tmp_path, "leads").select(["attr_lead_score", "attr_key", "attr_seen"]).to_pylist()
    assert columns == [
        {"attr_lead_score": "12.0", "attr_key": "1", "attr_seen": "2024-01-01 00:00:00.000000"},
        {"attr_lead_score": None, "attr_key": None, "attr_seen": None},
    ]


def test_a_kind_that_changes_brings_the_old_rows_again(crm: FakeCrm, tmp_path: Path) -> None:
    crm.definitions = [Definition("lead", "Size", "size", "number")]
    lead(crm, "L1", attributes={"Size": 7})
    run(tmp_path)
    crm.definitions = [Definition("lead", "Size", "size", "category")]
    lead(crm, "L2", attributes={"Size": "big"})
    assert run(tmp_path).rows == {"leads": 2}
    assert sorted(rows_of(tmp_path, "leads")["attr_size"].to_pylist()) == ["7", "big"]


def test_the_change_log_goes_by_the_names_of_the_columns(crm: FakeCrm, tmp_path: Path) -> None:
    crm.definitions = [Definition("lead", "Lead Score", "lead_score", "number")]
    for number, (name, value) in enumerate([("Lead Score", "3"), ("lead_score", "x"), ("budget", "12.345")]):
        row = {"change_id": str(number), "entity": "lead", "entity_id": "L1", "attribute": name, "value": value}
        crm.add("attribute_changes", MORNING, changed_at=MORNING, **row)
    run(tmp_path)
    found = rows_of(tmp_path, "attribute_changes").select(["attribute", "value"]).to_pylist()
    assert [(row["attribute"], row["value"]) for row in found] == [
        ("attr_lead_score", "3.0"),
        ("attr_lead_score", None),
        ("budget_cents", "1235"),
    ]


def test_another_database_starts_another_lake(crm: FakeCrm, tmp_path: Path) -> None:
    for number in range(3):
        lead(crm, f"old{number}")
    run(tmp_path)
    crm.versions, crm.seq = {}, 0
    lead(crm, "new")
    run(tmp_path)
    assert rows_of(tmp_path, "leads")["lead_id"].to_pylist() == ["new"]


def test_a_write_that_is_killed_leaves_nothing_after_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            write_atomically(tmp_path / "state.json", "half")
    write_atomically(tmp_path / "state.json", "whole")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("state.json", "whole")]


def test_a_damaged_manifest_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(LakeError, match="must be a lake's manifest"):
        Manifest.read(tmp_path)
    (tmp_path / "manifest.json").write_text('{"format": 99}', encoding="utf-8")
    with pytest.raises(LakeError, match="must be 1, but got 99"):
        Manifest.read(tmp_path)


def test_a_second_writer_waits_and_then_says_so(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(LakeError, match="must be free to write"), locked(tmp_path, 0.1):
        pass
