"""A person is out of every table, the books still add up, and a run can be repeated."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from configs.settings import Settings
from crm_core import audit
from crm_core.errors import ErasureError, ErasureKeyError, UnknownPersonError
from crm_core.golden_record.review import merge, undo
from crm_core.privacy.compact import compact_database
from crm_core.privacy.erase import ErasureReport, erase_from_database, is_erased, look_up
from tests.crm_core.conftest import LATER, Load, rows
from tests.crm_core.privacy.people import FILES, OTHER_FIRM, PHONE, SECRETS, all_cells, plant, with_home

pytestmark = pytest.mark.slow

ERASED_AT = datetime(2025, 3, 1, tzinfo=UTC)
LEDGER = (
    "SELECT order_id, customer_id, lead_id, rep_id, amount_cents, ordered_at FROM orders ORDER BY order_id",
    "SELECT payment_id, order_id, amount_cents, status, paid_at FROM payments ORDER BY payment_id",
    "SELECT invoice_id, customer_id, amount_cents, due_on FROM receivables ORDER BY invoice_id",
    "SELECT from_id, into_id FROM customer_merges",
)


@pytest.fixture
def planted(load: Load, engine: Engine, settings: Settings, tmp_path: Path) -> Settings:
    plant(load, engine)
    return with_home(settings, tmp_path / "home")


def erase(engine: Engine, settings: Settings, kind: str, asked_id: str, *, is_dry_run: bool = False) -> ErasureReport:
    person = look_up(engine, kind, asked_id, settings)
    return erase_from_database(engine, person, settings, ERASED_AT, actor="dpo", is_dry_run=is_dry_run)


def digits(content: str) -> str:
    """Without what stands between the digits of a spaced number."""
    return re.sub(r"(?<=\d)[ -]+(?=\d)", "", content)


def found_secrets(engine: Engine) -> set[tuple[str, str]]:
    cells = all_cells(engine)
    return {(table, secret) for table, content in cells.items() for secret in SECRETS if secret in digits(content)}


def test_nothing_of_the_person_is_left_in_any_table(engine: Engine, planted: Settings) -> None:
    assert len({table for table, _ in found_secrets(engine)}) >= 11  # the test would see it
    erase(engine, planted, "customer", "C1")
    assert found_secrets(engine) == set()
    others = all_cells(engine)
    assert OTHER_FIRM in others["customers"]
    assert "wants a demo" in others["activities"]
    assert "L2" in others["leads"]
    assert [row[0] for row in rows(engine, "SELECT prediction_id FROM predictions")] == ["p-L2"]
    assert [row[0] for row in rows(engine, "SELECT lead_id FROM lead_overrides")] == ["L2"]
    assert rows(engine, "SELECT seq, entity_id FROM feed_changes ORDER BY seq") == [(1, "erased"), (2, "L2")]


def test_merged_duplicates_and_their_leads_go_by_any_of_the_ids(engine: Engine, planted: Settings) -> None:
    person = look_up(engine, "customer", "C2", planted)
    assert (person.customer_ids, person.lead_ids) == (("C1", "C2"), ("L1",))
    erase(engine, planted, "customer", "C2")
    assert rows(engine, "SELECT customer_id FROM customers") == [("C3",)]
    assert rows(engine, "SELECT lead_id FROM leads ORDER BY lead_id") == [("L2",), ("L3",)]


def test_a_reps_work_stays_without_whom_it_was_for(engine: Engine, planted: Settings) -> None:
    query = "SELECT activity_id, kind, rep_id, lead_id, customer_id, summary FROM activities ORDER BY activity_id"
    [_, _, others] = rows(engine, query)
    erase(engine, planted, "customer", "C1")
    [first, second, third] = rows(engine, query)
    assert [first, second] == [("A1", "call", "r1", None, None, None), ("A2", "call", "r1", None, None, None)]
    assert third[:5] == others[:5]
    assert rows(engine, "SELECT count(*) FROM row_history WHERE table_name = 'activities'") == [(0,)]


def test_the_books_stay_to_the_cent(engine: Engine, planted: Settings) -> None:
    before = [rows(engine, query) for query in LEDGER]
    erase(engine, planted, "customer", "C1")
    assert [rows(engine, query) for query in LEDGER] == before


def test_a_lead_goes_alone_and_its_customer_stays(engine: Engine, planted: Settings) -> None:
    erase(engine, planted, "lead", "L1")
    assert [row[0] for row in rows(engine, "SELECT customer_id FROM customers ORDER BY 1")] == ["C1", "C2", "C3"]
    assert [row[0] for row in rows(engine, "SELECT lead_id FROM leads ORDER BY 1")] == ["L2", "L3"]


def test_others_with_the_same_number_are_named_and_keep_it(engine: Engine, load: Load, planted: Settings) -> None:
    load(customers=FILES["customers"] + f"C9,第三家,{PHONE},,east,2024-01-05,\n")
    assert look_up(engine, "customer", "C1", planted).shared_with == ("customer:C9",)
    erase(engine, planted, "customer", "C1")
    assert rows(engine, "SELECT phone FROM customers WHERE customer_id = 'C9'") == [(PHONE,)]


def test_a_dry_run_tells_the_same_and_changes_nothing(engine: Engine, planted: Settings) -> None:
    before = all_cells(engine)
    told = erase(engine, planted, "customer", "C1", is_dry_run=True)
    assert all_cells(engine) == before
    assert not planted.paths.erasure_key.exists()
    assert erase(engine, planted, "customer", "C1") == told


def test_again_finds_nothing_and_writes_nothing(engine: Engine, planted: Settings) -> None:
    erase(engine, planted, "customer", "C1")
    before = all_cells(engine)
    assert erase(engine, planted, "customer", "C1").rows == {}
    assert all_cells(engine) == before


def test_it_is_in_the_audit_log_without_the_person(engine: Engine, planted: Settings) -> None:
    erase(engine, planted, "customer", "C1")
    [entry] = audit.read_entries(engine, 10)
    assert (entry.actor, entry.action, entry.subject) == ("dpo", "privacy.erase", "customer:C1")
    assert entry.details["rows"]["customers"] == 2
    assert not audit.verify(engine).faults


def test_tombstones_hold_no_value_and_tell_who_was_erased(engine: Engine, planted: Settings) -> None:
    erase(engine, planted, "customer", "C1")
    kinds = [row[0] for row in rows(engine, "SELECT kind FROM tombstones ORDER BY kind")]
    assert kinds == ["customer", "customer", "email", "lead", "phone", "phone", "phone"]
    assert is_erased(engine, "customer", "C2", planted)
    assert not is_erased(engine, "customer", "C3", planted)
    assert planted.paths.erasure_key.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("kept", "quoted"), [("office 010-6552 9988", "01065529988"), ("+44 20 7946 0958", "+442079460958")]
)
def test_a_second_number_is_found_whatever_its_kind_and_country(
    engine: Engine, load: Load, planted: Settings, kept: str, quoted: str
) -> None:
    load(
        customers=f"customer_id,name,Second phone\nC8,第八家机械,{kept}\n",
        activities=f"activity_id,occurred_at,kind,lead_id,summary\nA9,2024-02-06,call,L2,ring {quoted} too\n",
    )
    erase(engine, planted, "customer", "C8")
    assert rows(engine, "SELECT summary FROM activities WHERE activity_id = 'A9'") == [("ring [erased] too",)]


def test_an_id_that_is_a_phone_number_gets_a_pseudonym(engine: Engine, load: Load, planted: Settings) -> None:
    load(
        customers=f"customer_id,name\n{PHONE},secretword shop\n",
        orders=f"order_id,customer_id,ordered_at,amount\nO9,{PHONE},2024-05-01,10.00\n",
    )
    load(orders=f"order_id,customer_id,ordered_at,amount\nO9,{PHONE},2024-05-01,12.00\n")
    undo(engine, merge(engine, planted, PHONE, "C3", "li.na", LATER).merge_id, "li.na", LATER)
    report = erase(engine, planted, "customer", PHONE)
    erase(engine, planted, "customer", "C1")
    assert re.fullmatch("customer:erased-[0-9a-f]{24}", report.subject)
    assert [row[0] for row in rows(engine, "SELECT customer_id FROM orders WHERE order_id = 'O9'")] == [
        report.subject.partition(":")[2]
    ]
    assert report.rows["customer_aliases"] == 3  # it stood under C3, and then under itself, twice named
    assert found_secrets(engine) == set()


def test_who_was_never_there_is_unknown(engine: Engine, planted: Settings) -> None:
    with pytest.raises(UnknownPersonError, match="but none has the id 'C77'"):
        look_up(engine, "customer", "C77", planted)


def test_rows_that_come_in_between_stop_it(engine: Engine, load: Load, planted: Settings) -> None:
    person = look_up(engine, "customer", "C1", planted)
    load(leads="lead_id,created_at,customer_id\nL9,2024-02-09,C1\n")
    before = all_cells(engine)
    with pytest.raises(ErasureError, match="run it again"):
        erase_from_database(engine, person, planted, ERASED_AT, actor="dpo")
    assert all_cells(engine) == before


def test_another_key_is_refused(engine: Engine, planted: Settings, tmp_path: Path) -> None:
    erase(engine, planted, "customer", "C1")
    with pytest.raises(ErasureKeyError, match="must be there"):
        look_up(engine, "customer", "C3", with_home(planted, tmp_path / "elsewhere"))
    with pytest.raises(ErasureKeyError, match="is another"):
        look_up(engine, "customer", "C3", with_home(planted, tmp_path / "elsewhere", erasure_key="ab" * 32))


def test_no_page_of_the_file_holds_it_after_compaction(
    sqlite_engine: Engine, load_sqlite: Load, settings: Settings, tmp_path: Path
) -> None:
    plant(load_sqlite, sqlite_engine)
    home = with_home(settings, tmp_path / "home")
    erase(sqlite_engine, home, "customer", "C1")
    compact_database(sqlite_engine)
    content = b"".join(path.read_bytes() for path in tmp_path.glob("crm.db*"))
    assert OTHER_FIRM.encode() in content
    assert [secret for secret in SECRETS if secret.encode() in content] == []


def test_postgres_is_vacuumed(engine: Engine) -> None:
    compact_database(engine)
