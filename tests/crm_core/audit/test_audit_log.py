"""The audit log: whatever is done to it behind its back is found, and the database refuses most of it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, text

from crm_core import audit
from crm_core.audit.chain import Content, entry_hash
from crm_core.database import write_transaction
from crm_core.errors import DatabaseError
from crm_core.tables import FindingRow
from tests.crm_core.conftest import NOW, open_migrated, rows

pytestmark = pytest.mark.slow

COUNT = 6


def write(engine: Engine, count: int = COUNT, actor: str = "wei") -> None:
    for number in range(count):
        with write_transaction(engine) as connection:
            at = NOW + timedelta(seconds=number)
            audit.record(connection, actor, "merge.undo", f"customer:C{number}", {"merge_id": number}, at)


@pytest.fixture
def log(engine: Engine) -> Engine:
    write(engine)
    return engine


def tamper(engine: Engine, *statements: str) -> None:
    """What somebody with all rights on the database can do: first take the triggers away."""
    names = ("no_update", "no_delete", "no_replace") if engine.dialect.name == "sqlite" else ("append_only",)
    on = " ON audit_log" if engine.dialect.name == "postgresql" else ""
    with write_transaction(engine) as connection:
        for name in names:
            connection.execute(text(f"DROP TRIGGER audit_log_{name}{on}"))
        for statement in statements:
            connection.execute(text(statement))


def test_an_untouched_log_is_whole(log: Engine) -> None:
    report = audit.verify(log)
    assert (report.count, report.faults) == (COUNT, [])
    assert report.head == rows(log, "SELECT entry_hash FROM audit_log ORDER BY seq DESC")[0][0]


def test_an_empty_log_is_whole(engine: Engine) -> None:
    assert audit.verify(engine).to_json() == {"is_whole": True, "count": 0, "head": "", "faults": []}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET actor = 'nobody' WHERE seq = 2",
        "DELETE FROM audit_log WHERE seq = 2",
        "DELETE FROM audit_log",
    ],
)
def test_the_database_refuses_change_and_removal(log: Engine, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), write_transaction(log) as connection:
        connection.execute(text(statement))
    assert not audit.verify(log).faults


def test_sqlite_refuses_replacement(sqlite_engine: Engine) -> None:
    write(sqlite_engine)
    statement = "INSERT OR REPLACE INTO audit_log SELECT seq, at, 'x', action, subject, details, previous_hash, entry_hash FROM audit_log WHERE seq = 2"  # noqa: E501 (one statement)
    with pytest.raises(DatabaseError, match="append-only"), write_transaction(sqlite_engine) as connection:
        connection.execute(text(statement))


def test_postgres_refuses_truncation(tmp_path: Path) -> None:
    with open_migrated("postgresql", tmp_path) as engine:
        write(engine)
        with pytest.raises(DatabaseError, match="append-only"), write_transaction(engine) as connection:
            connection.execute(text("TRUNCATE audit_log"))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "'nobody'"),
        ("action", "'key.create'"),
        ("subject", "'customer:C9'"),
        ("details", "'{}'"),
        ("at", "'2020-01-01 00:00:00.000000'"),
        ("previous_hash", "'00'"),
        ("entry_hash", "'00'"),
    ],
)
@pytest.mark.parametrize("seq", [1, 3, COUNT])
def test_a_changed_entry_is_found(log: Engine, column: str, value: str, seq: int) -> None:
    tamper(log, f"UPDATE audit_log SET {column} = {value} WHERE seq = {seq}")
    assert any(str(seq) in fault for fault in audit.verify(log).faults)


@pytest.mark.parametrize("seq", [1, 3, COUNT])
def test_a_removed_entry_is_found(log: Engine, seq: int) -> None:
    tamper(log, f"DELETE FROM audit_log WHERE seq = {seq}")
    assert audit.verify(log).faults


def test_entries_cut_off_at_the_end_are_found(log: Engine) -> None:
    tamper(log, f"DELETE FROM audit_log WHERE seq > {COUNT - 2}")
    assert audit.verify(log).faults == [
        f"The newest entry must be the one that the head notes, {COUNT}, but is {COUNT - 2}."
    ]


def test_a_log_emptied_whole_is_found(log: Engine) -> None:
    tamper(log, "DELETE FROM audit_log")
    assert audit.verify(log).faults


def test_an_inserted_entry_is_found_though_its_own_hash_is_right(log: Engine) -> None:
    before = rows(log, f"SELECT entry_hash FROM audit_log WHERE seq = {COUNT}")[0][0]
    forged = Content(COUNT + 1, NOW, "eve", "key.create", "key:x", "{}")
    values = {**vars(forged), "at": NOW.replace(tzinfo=None), "p": before, "h": entry_hash(forged, before)}
    with write_transaction(log) as connection:
        connection.execute(
            text("INSERT INTO audit_log VALUES (:seq, :at, :actor, :action, :subject, :details, :p, :h)"), values
        )
    assert audit.verify(log).faults == [
        f"The newest entry must be the one that the head notes, {COUNT}, but is {COUNT + 1}."
    ]


def test_a_lost_head_is_found(log: Engine) -> None:
    with write_transaction(log) as connection:
        connection.execute(text("DELETE FROM audit_head"))
    assert audit.verify(log).faults == [f"The newest entry must be the one that the head notes, none, but is {COUNT}."]
    with pytest.raises(DatabaseError, match="audit head is missing"):
        write(log, 1)


def test_a_chain_written_anew_is_found_against_a_noted_hash(log: Engine) -> None:
    noted = (3, rows(log, "SELECT entry_hash FROM audit_log WHERE seq = 3")[0][0])
    assert not audit.verify(log, noted).faults
    tamper(log, "DELETE FROM audit_log", "UPDATE audit_head SET last_seq = 0, last_hash = ''")
    write(log, actor="eve")
    assert not audit.verify(log).faults
    [fault] = audit.verify(log, noted).faults
    assert fault.startswith("Entry 3 must have the hash that was noted, but has ")
    [missing] = audit.verify(log, (99, noted[1])).faults
    assert missing == "Entry 99 must have the hash that was noted, but has none."


def test_an_act_that_is_taken_back_leaves_no_entry_and_no_gap(log: Engine) -> None:
    with pytest.raises(RuntimeError), write_transaction(log) as connection:  # noqa: PT012 (the act and its end)
        audit.record(connection, "wei", "a.b", "c:d", {}, NOW)
        raise RuntimeError
    write(log, 1)
    assert (audit.verify(log).count, audit.verify(log).faults) == (COUNT + 1, [])


def test_concurrent_writers_leave_no_gap(engine: Engine) -> None:
    writers = [threading.Thread(target=write, args=(engine, 10, f"w{number}")) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    report = audit.verify(engine)
    assert (report.count, report.faults) == (80, [])


def test_verifying_leaves_the_connection_fit_for_many_rows(log: Engine) -> None:
    """`yield_per` on the connection would make executemany fail on PostgreSQL."""
    audit.verify(log)
    common = {"rule": "r", "subject": "s", "figures": {}, "found_at": NOW, "en": "", "zh": ""}
    with write_transaction(log) as connection:
        connection.execute(insert(FindingRow), [{"finding_id": str(number), **common} for number in range(3)])
    assert len(rows(log, "SELECT * FROM findings")) == 3


def test_numbers_and_addresses_are_masked_before_they_are_hashed(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        told = {"note": "call +86 13800138000", "li@firm.cn": ["11010519491231002X"]}
        audit.record(connection, "wang@firm.cn", "a.b", "customer:13800138000", told, NOW)
    [entry] = audit.read_entries(engine, 1)
    assert (entry.actor, entry.subject, entry.details) == ("***", "customer:***", {"note": "call ***", "***": ["***"]})
    assert not audit.verify(engine).faults


def test_entries_are_read_newest_first_and_by_subject(log: Engine) -> None:
    assert [entry.seq for entry in audit.read_entries(log, 2)] == [COUNT, COUNT - 1]
    [entry] = audit.read_entries(log, 10, "customer:C2")
    assert entry.to_json()["details"] == {"merge_id": 2}


def test_only_the_first_faults_are_told(log: Engine) -> None:
    write(log, 30)
    tamper(log, "UPDATE audit_log SET actor = 'x'")
    assert len(audit.verify(log).faults) == 20


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.tuples(texts, texts, texts, texts), st.tuples(texts, texts, texts, texts))
def test_two_entries_that_differ_have_different_hashes(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    hashes = [entry_hash(Content(1, datetime(2025, 1, 1, tzinfo=UTC), *words), "") for words in (one, other)]
    assert (hashes[0] == hashes[1]) == (one == other)
