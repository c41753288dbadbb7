from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, insert, select, text

from crm_core.database import migrate, open_database, read_transaction, schema_revision, session_scope
from crm_core.errors import CrmError, DatabaseError
from crm_core.queries import last_change_seq
from crm_core.tables import Base, Channel, ImportRun
from tests.crm_core.conftest import NOW


def test_the_migrated_schema_is_that_of_the_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert differences == []


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    migrate(database_url)
    migrate(database_url)
    engine = open_database(database_url)
    assert last_change_seq(engine) == 0
    engine.dispose()


def test_the_revision_tells_whether_a_database_was_migrated(database_url: str) -> None:
    assert schema_revision(database_url) is None
    migrate(database_url)
    assert schema_revision(database_url) == "0020"


def test_two_processes_may_migrate_at_once(database_url: str) -> None:
    failures: list[Exception] = []

    def run() -> None:
        try:
            migrate(database_url)
        except CrmError as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_sqlite_database_is_opened_with_its_pragmas_and_folder(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'deep' / 'er' / 'crm.db'}")
    with engine.connect() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 60_000}


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "oracle://"])
def test_another_database_system_is_refused_in_a_sentence(url: str) -> None:
    with pytest.raises(DatabaseError, match=r"stores\.database_url must be"):
        open_database(url)


def test_an_unmigrated_database_says_what_to_do(database_url: str) -> None:
    engine = open_database(database_url)
    with pytest.raises(DatabaseError, match="must be migrated first"):
        last_change_seq(engine)
    engine.dispose()


def test_an_unreachable_server_is_one_sentence() -> None:
    engine = open_database("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(DatabaseError, match="must be reachable"):
        last_change_seq(engine)


def _run(import_id: str, moment: datetime) -> dict[str, object]:
    return {
        "import_id": import_id,
        "path": "x",
        "imported_at": moment,
        "is_history": False,
        "tables": {},
        "rejects_file": None,
    }


def test_a_session_that_fails_leaves_nothing(engine: Engine) -> None:
    with session_scope(engine) as session:
        session.execute(insert(ImportRun).values(_run("kept", NOW)))
    with pytest.raises(RuntimeError), session_scope(engine) as session:  # noqa: PT012 (the raise is the point)
        session.execute(insert(ImportRun).values(_run("lost", NOW)))
        raise RuntimeError
    with session_scope(engine) as session:
        found = session.scalars(select(ImportRun)).all()
        assert [(run.import_id, run.imported_at) for run in found] == [("kept", NOW)]


def test_a_naive_moment_is_never_stored(engine: Engine) -> None:
    with pytest.raises(Exception, match="must name its zone"), session_scope(engine) as session:
        session.execute(insert(ImportRun).values(_run("naive", NOW.replace(tzinfo=None))))


def test_a_reader_sees_one_state_while_another_writes(engine: Engine) -> None:
    row = {"channel_id": "a", "name": "A", "recorded_at": NOW, "change_seq": 1, "row_hash": "", "is_backfilled": False}
    with read_transaction(engine) as reader:
        assert reader.execute(select(Channel.channel_id)).all() == []
        with session_scope(engine) as session:
            session.execute(insert(Channel).values(row))
        assert reader.execute(select(Channel.channel_id)).all() == []


def test_a_new_state_is_its_owners_alone(tmp_path: Path) -> None:
    open_database(f"sqlite:///{tmp_path / 'state' / 'crm.db'}").dispose()
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
