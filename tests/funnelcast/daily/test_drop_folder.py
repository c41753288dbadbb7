from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from configs.progress import SILENT
from configs.settings import load_settings
from crm_core.database import migrate
from crm_core.errors import ImportFault
from funnelcast.context import Context
from funnelcast.daily.drop_folder import arrived, import_export

AS_OF = datetime(2025, 3, 1, tzinfo=UTC)
CHANNELS = "channel_id,name\nexpo,Expo\n"


@pytest.fixture
def context(tmp_path: Path) -> Context:
    settings = load_settings().model_copy(update={"home": tmp_path / "home"})
    settings.paths.drop.mkdir(parents=True)
    migrate(settings.database_url)
    return Context(AS_OF, False, False, settings, SILENT)


def put(context: Context, name: str, content: str, age: float = 120) -> Path:
    file = context.settings.paths.drop / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(content, encoding="utf-8")
    os.utime(file, (1_000 - age, 1_000 - age))
    return file


def test_what_is_whole_has_arrived(context: Context) -> None:
    drop = context.settings.paths.drop
    assert arrived(drop / "nowhere", 60, 1_000) == []
    assert arrived(drop, 60, 1_000) == []
    put(context, "channels.csv", CHANNELS)
    put(context, "crm/leads.csv", "lead_id\n")
    put(context, "erp/orders.csv", "order_id\n")
    put(context, "erp/payments.csv", "payment_id\n", age=10)
    put(context, "notes.txt", "no table", age=0)
    assert arrived(drop, 60, 1_000) == [".", "crm"]
    assert arrived(drop, 5, 1_000) == [".", "crm", "erp"]


def test_an_export_is_imported_by_its_mapping_and_moved_away(context: Context) -> None:
    put(context, "crm/Sources.csv", "id,label\nexpo,Expo\n")
    put(
        context,
        "crm/mapping.yaml",
        "tables: {channels: {file: Sources.csv, columns: {channel_id: id, name: label}}}\n",
    )
    assert import_export(context, "crm")["tables"]["channels"]["inserted"] == 1
    assert not (context.settings.paths.drop / "crm").exists()
    assert sorted(file.name for file in (context.settings.paths.imported / "20250301T000000Z" / "crm").iterdir()) == [
        "Sources.csv",
        "mapping.yaml",
    ]


def test_an_export_that_was_half_moved_when_the_run_was_killed_ends_in_one_place(context: Context) -> None:
    done = context.settings.paths.imported / "20250301T000000Z" / "crm"
    done.mkdir(parents=True)
    (done / "reps.csv").write_text("rep_id,name\nr1,Li\n")
    put(context, "crm/channels.csv", CHANNELS)
    import_export(context, "crm")
    assert sorted(file.name for file in done.iterdir()) == ["channels.csv", "reps.csv"]
    assert not (context.settings.paths.drop / "crm").exists()


def test_what_is_refused_stays(context: Context) -> None:
    file = put(context, "crm/mapping.yaml", "tables: {no_such_table: {file: x.csv}}\n")
    with pytest.raises(ImportFault, match="no_such_table"):
        import_export(context, "crm")
    assert file.is_file()
