"""The gate before the database: rows of an erased person are left out, the books pass."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.database import write_transaction
from crm_core.errors import ErasureKeyError
from crm_core.intake.batch import Batch
from crm_core.privacy.erase import erase_from_database, look_up
from crm_core.privacy.gate import ErasedGate
from crm_core.schema import BUNDLE
from tests.crm_core.conftest import Load
from tests.crm_core.privacy.people import EMAIL, PHONE, plant, with_home

pytestmark = pytest.mark.slow

ERASED_AT = datetime(2025, 3, 1, tzinfo=UTC)
BEFORE, AFTER = "2024-06-01 00:00:00.000000", "2025-06-01 00:00:00.000000"


@pytest.fixture
def erased(load: Load, engine: Engine, settings: Settings, tmp_path: Path) -> Settings:
    plant(load, engine)
    home = with_home(settings, tmp_path / "home")
    person = look_up(engine, "customer", "C1", home)
    erase_from_database(engine, person, home, ERASED_AT, actor="dpo")
    return home


def batch(table: str, *given: dict[str, Any]) -> Batch:
    spec = BUNDLE[table]
    return Batch(spec, {name: [row.get(name) for row in given] for name in spec.columns}, [None] * len(given))


def admitted(engine: Engine, settings: Settings, table: str, *given: dict[str, Any]) -> list[str]:
    with write_transaction(engine) as connection:
        return ErasedGate(connection, settings).admit(batch(table, *given)).keys


@pytest.mark.parametrize(
    ("table", "theirs", "others"),
    [
        ("customers", {"customer_id": "C2"}, {"customer_id": "C3"}),
        ("leads", {"lead_id": "L1"}, {"lead_id": "L2"}),
        ("leads", {"lead_id": "L99", "customer_id": "C1"}, {"lead_id": "L98", "customer_id": "C3"}),
        ("stage_events", {"event_id": "E1", "lead_id": "L1"}, {"event_id": "E2", "lead_id": "L2"}),
        ("activities", {"activity_id": "A1", "customer_id": "C2"}, {"activity_id": "A3", "lead_id": "L2"}),
        (
            "attribute_changes",
            {"change_id": "1", "entity": "lead", "entity_id": "L1"},
            {"change_id": "2", "entity": "customer", "entity_id": "L1"},
        ),
        (
            "sync_log",
            {"entry_id": "1", "entity": "leads", "entity_id": "L1"},
            {"entry_id": "2", "entity": None, "entity_id": "L1"},
        ),
    ],
)
def test_rows_about_the_erased_are_left_out(
    engine: Engine, erased: Settings, table: str, theirs: dict[str, Any], others: dict[str, Any]
) -> None:
    key = BUNDLE[table].key
    assert admitted(engine, erased, table, theirs, others) == [others[key]]


@pytest.mark.parametrize("contact", [{"phone": "0086-139 1234 5678"}, {"phone": PHONE}, {"email": EMAIL.upper()}])
def test_the_same_person_under_another_id_is_left_out(
    engine: Engine, erased: Settings, contact: dict[str, str]
) -> None:
    old, unknown = {"customer_id": "N1", "created_at": BEFORE}, {"customer_id": "N2", "created_at": None}
    new = {"customer_id": "N3", "created_at": AFTER}
    assert admitted(engine, erased, "customers", *({**row, **contact} for row in (old, unknown, new))) == ["N3"]


def test_who_is_stored_already_is_let_in_whatever_its_number(engine: Engine, erased: Settings) -> None:
    row = {"customer_id": "C3", "phone": PHONE, "created_at": BEFORE}
    assert admitted(engine, erased, "customers", row) == ["C3"]


def test_the_books_pass(engine: Engine, erased: Settings) -> None:
    rows = [{"order_id": f"O{number}", "customer_id": "C1", "lead_id": "L1"} for number in (1, 2)]
    assert admitted(engine, erased, "orders", *rows) == ["O1", "O2"]
    assert admitted(engine, erased, "payments", {"payment_id": "P1", "order_id": "O1"}) == ["P1"]


def test_a_personal_id_in_the_books_becomes_its_pseudonym(engine: Engine, load: Load, erased: Settings) -> None:
    load(
        settings=erased,
        customers=f"customer_id,name\n{PHONE},somebody\n",
        orders=f"order_id,customer_id,ordered_at,amount\nO9,{PHONE},2024-05-01,1\n",
    )
    person = look_up(engine, "customer", PHONE, erased)
    report = erase_from_database(engine, person, erased, ERASED_AT, actor="dpo")
    with write_transaction(engine) as connection:
        rows = ErasedGate(connection, erased).admit(batch("orders", {"order_id": "O9", "customer_id": PHONE}))
    assert rows.columns["customer_id"] == [report.subject.partition(":")[2]]


def test_numbers_of_the_erased_are_left_out_of_new_words_about_others(engine: Engine, erased: Settings) -> None:
    said = {"activity_id": "A77", "lead_id": "L2", "summary": f"+86 139 1234 5678 or {EMAIL}, not 13311112222"}
    with write_transaction(engine) as connection:
        [summary] = ErasedGate(connection, erased).admit(batch("activities", said)).columns["summary"]
    assert summary == "[erased] or [erased], not 13311112222"
    lines = [{"entry_id": str(number), "message": text} for number, text in enumerate((f"dup {PHONE}", "dup 7"))]
    assert admitted(engine, erased, "sync_log", *lines) == ["1"]


def test_before_the_first_erasure_the_gate_is_open(engine: Engine, settings: Settings, tmp_path: Path) -> None:
    with write_transaction(engine) as connection:
        given = batch("customers", {"customer_id": "C1"})
        assert ErasedGate(connection, with_home(settings, tmp_path)).admit(given) is given


def test_without_the_key_nothing_may_be_stored(engine: Engine, erased: Settings) -> None:
    erased.paths.erasure_key.unlink()
    with pytest.raises(ErasureKeyError, match="must be there where people were erased"):
        admitted(engine, erased, "customers", {"customer_id": "C9"})
