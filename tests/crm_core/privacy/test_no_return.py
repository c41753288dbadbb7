"""Who was erased does not come back with a later import or event; the books go on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.errors import ErasureKeyError
from crm_core.events import upsert_rows
from crm_core.importer import import_path
from crm_core.privacy.erase import erase_from_database, look_up
from tests.crm_core.conftest import Load, rows
from tests.crm_core.privacy.people import FILES, SECRETS, all_cells, plant, with_home
from tests.crm_core.privacy.test_erase import LEDGER, digits

pytestmark = pytest.mark.slow

ERASED_AT = datetime(2025, 3, 1, tzinfo=UTC)
AGAIN_AT = datetime(2025, 4, 1, tzinfo=UTC)


@pytest.fixture
def erased(load: Load, engine: Engine, settings: Settings, tmp_path: Path) -> Settings:
    plant(load, engine)
    home = with_home(settings, tmp_path / "home")
    erase_from_database(engine, look_up(engine, "customer", "C1", home), home, ERASED_AT, actor="dpo")
    return home


def test_the_same_export_again_brings_nothing_back(engine: Engine, load: Load, erased: Settings) -> None:
    before, books = all_cells(engine)["leads"], [rows(engine, query) for query in LEDGER]
    own = {name: FILES[name] for name in ("customers", "leads", "stage_events", "attribute_changes")}
    report = load(now=AGAIN_AT, settings=erased, **own)
    assert report.tables["customers"] == {"read": 3, "inserted": 0, "updated": 1, "unchanged": 2, "rejected": 0}
    assert report.tables["leads"] == {"read": 3, "inserted": 0, "updated": 0, "unchanged": 3, "rejected": 0}
    assert all_cells(engine)["leads"] == before
    orders = FILES["orders"].replace("1000.00", "1100.00")  # as it stands in the books since the change
    assert load(now=AGAIN_AT, settings=erased, orders=orders).tables["orders"]["unchanged"] == 3
    assert [rows(engine, query) for query in LEDGER] == books


def test_nor_does_any_trace(engine: Engine, load: Load, erased: Settings) -> None:
    load(now=AGAIN_AT, settings=erased, **{name: FILES[name] for name in ("customers", "leads", "activities")})
    cells = all_cells(engine)
    assert [(table, one) for table, text in cells.items() for one in SECRETS if one in digits(text)] == []


def test_nor_does_an_event(engine: Engine, erased: Settings) -> None:
    sent = [{"customer_id": "C1", "name": "secretword"}, {"customer_id": "C4", "name": "new"}]
    counts, faults = upsert_rows(engine, "customers", sent, erased, AGAIN_AT)
    assert (counts["inserted"], counts["unchanged"], faults) == (1, 1, [])
    assert [row[0] for row in rows(engine, "SELECT customer_id FROM customers ORDER BY 1")] == ["C3", "C4"]


def test_a_late_payment_reaches_the_books(load: Load, erased: Settings) -> None:
    late = "payment_id,order_id,amount,paid_at\nP9,O2,300.00,2025-03-05\n"
    assert load(now=AGAIN_AT, settings=erased, payments=late).tables["payments"]["inserted"] == 1


def test_without_the_key_an_import_stores_nothing(engine: Engine, bundle: Path, load: Load, erased: Settings) -> None:
    assert load is not None
    erased.paths.erasure_key.unlink()
    before = all_cells(engine)
    with pytest.raises(ErasureKeyError, match="must be there where people were erased"):
        import_path(engine, bundle, None, erased, AGAIN_AT, bundle.parent / "rejects")
    assert all_cells(engine) == before
