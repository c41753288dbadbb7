from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from configs.settings import Settings
from features.lake import LakeTables, Workbench
from features.lake_compaction import compact
from features.lake_manifest import Manifest
from features.repository import FeatureRepository
from tests.features.fake_crm import Definition, FakeCrm

MORNING = datetime(2024, 3, 1, 8)  # noqa: DTZ001 (naive UTC, as in the lake)
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def test_merging_changes_files_and_no_rows(crm: FakeCrm, settings: Settings) -> None:
    repository, lake = FeatureRepository(settings), settings.paths.lake
    for number in range(4):
        if number == 2:
            crm.definitions = [Definition("lead", "Late", "late", "category")]  # a column that old files lack
        crm.add("leads", MORNING, lead_id=f"L{number}", created_at=MORNING, attributes={"Late": "x"})
        repository.current_frame("channels", NOON)
    before, rows = Manifest.read(lake), ids(lake)
    assert len(before.files["leads"]) == 4
    assert compact(lake, 256, max_files=3) == ["leads"]
    after = Manifest.read(lake)
    assert len(after.files["leads"]) == 1
    assert ids(lake) == rows == [("L0", None), ("L1", None), ("L2", "x"), ("L3", "x")]
    assert all((lake / name).exists() for name in before.files["leads"])  # a reader may still hold them
    assert compact(lake, 256, max_files=3) == []


def ids(lake: Path) -> list[tuple[str, str | None]]:
    with Workbench(256) as bench:
        leads = LakeTables(bench, lake, Manifest.read(lake), {"leads": ["attr_late"]})["leads"]
        rows = bench.arrow(leads.select("lead_id", "attr_late").order_by("lead_id")).to_pylist()
    return [(row["lead_id"], row["attr_late"]) for row in rows]


def test_an_absent_table_is_an_empty_one_with_its_columns(tmp_path: Path) -> None:
    with Workbench(256) as bench:
        tables = LakeTables(bench, tmp_path, Manifest(), {"leads": ["attr_x"]})
        leads = bench.arrow(tables["leads"])
    assert leads.num_rows == 0
    assert {"lead_id", "created_at", "attr_x", "visible_from", "visible_until"} <= set(leads.column_names)
