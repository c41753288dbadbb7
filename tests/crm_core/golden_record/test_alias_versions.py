from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, insert

import crm_core
from configs.settings import Settings
from crm_core.database import migrate, open_database, read_transaction, write_transaction
from crm_core.golden_record.alias_versions import store_aliases, with_relatives
from crm_core.golden_record.aliases import golden_ids
from crm_core.golden_record.dedupe import dedupe
from crm_core.golden_record.review import merge, undo
from crm_core.queries import ALIASES, last_change_seq, read_versions
from crm_core.tables import CustomerMerge
from tests.crm_core.conftest import NOW, Load
from tests.crm_core.golden_record.firm import FACTS, versions

HOUR = timedelta(hours=1)
REVISION = "0019"


def told(engine: Engine) -> list[tuple[str, str, int]]:
    """(customer, golden id, hours after NOW) of every version."""
    return [(row.customer_id, row.golden_id, (row.recorded_at - NOW) // HOUR) for row in versions(engine)]


def test_each_decision_leaves_a_version_of_every_customer_it_moved(
    engine: Engine, load: Load, settings: Settings
) -> None:
    load(**FACTS)
    dedupe(engine, settings, NOW)
    assert told(engine) == [("b", "a", 0)]
    merge(engine, settings, "a", "d", "li.na", NOW + HOUR)  # b moves along
    undo(engine, 1, "li.na", NOW + 2 * HOUR)
    assert told(engine) == [("b", "a", 0), ("a", "d", 1), ("b", "d", 1), ("b", "b", 2)]


def test_versions_are_numbered_with_all_other_changes(engine: Engine, load: Load, settings: Settings) -> None:
    load(**FACTS)
    before = last_change_seq(engine)
    merge(engine, settings, "b", "a", "li.na", NOW)
    load(channels="channel_id,name\nweb,Web\n")
    assert [row.change_seq for row in versions(engine)] == [before + 1]
    assert last_change_seq(engine) == before + 2
    [chunk] = read_versions(engine, ALIASES, before, before + 2)
    assert chunk.to_pylist() == [
        {"customer_id": "b", "golden_id": "a", "recorded_at": NOW.replace(tzinfo=None), "change_seq": before + 1,
         "is_backfilled": False}
    ]  # fmt: skip
    assert list(read_versions(engine, ALIASES, before + 1, before + 2)) == []


def test_what_moved_nobody_writes_nothing(engine: Engine, load: Load, settings: Settings) -> None:
    load(**FACTS)
    dedupe(engine, settings, NOW)
    before = last_change_seq(engine)
    dedupe(engine, settings, NOW + HOUR)
    with write_transaction(engine) as connection:
        assert store_aliases(connection, NOW + HOUR) == 0
    assert last_change_seq(engine) == before


def test_relatives_are_all_that_ever_stood_under_one_id(engine: Engine, load: Load, settings: Settings) -> None:
    load(**FACTS)
    merge(engine, settings, "b", "a", "li.na", NOW)
    merge(engine, settings, "c", "a", "li.na", NOW)
    undo(engine, 1, "li.na", NOW + HOUR)
    with read_transaction(engine) as connection:
        assert with_relatives(connection, ["c"]) == {"a", "b", "c"}
        assert with_relatives(connection, ["d", "unknown"]) == {"d", "unknown"}
        assert with_relatives(connection, []) == set()


@pytest.mark.slow
def test_the_migration_fills_the_versions_from_the_merges_that_exist(database_url: str) -> None:
    merges: list[dict[str, Any]] = [
        made(1, "b", "a", 1, 4), made(2, "c", "a", 2), made(3, "a", "d", 3), made(4, "x", "y", 3, 3),
        made(5, "b", "d", 5),
    ]  # fmt: skip
    engine = open_database(database_url)
    with write_transaction(engine) as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(crm_core.__file__).parent / "migrations"))
        config.set_main_option("path_separator", "os")
        before = ScriptDirectory.from_config(config).get_revision(REVISION).down_revision
        command.upgrade(config, str(before))
        connection.execute(insert(CustomerMerge), merges)
    migrate(engine)
    assert told(engine) == [
        ("b", "a", 1), ("c", "a", 2), ("a", "d", 3), ("b", "d", 3), ("c", "d", 3), ("b", "b", 4), ("b", "d", 5),
    ]  # fmt: skip
    assert [row.change_seq for row in versions(engine)] == list(range(1, last_change_seq(engine) + 1))
    for hours in range(7):
        golden = {one: root for one, root, since in told(engine) if since <= hours}
        with read_transaction(engine) as connection:
            assert golden_ids(connection, NOW + hours * HOUR) == {
                one: root for one, root in golden.items() if one != root
            }
    with write_transaction(engine) as connection:
        assert store_aliases(connection, NOW + 9 * HOUR) == 0  # nothing is left to say
    engine.dispose()


def made(merge_id: int, from_id: str, into_id: str, decided: int, undone: int | None = None) -> dict[str, Any]:
    """A merge as stored; moments in hours after NOW."""
    return {
        "merge_id": merge_id, "from_id": from_id, "into_id": into_id, "score": None, "evidence": {},
        "rule_version": "v", "decided_by": "person", "actor": "li.na", "decided_at": NOW + decided * HOUR,
        "undone_at": None if undone is None else NOW + undone * HOUR, "undone_by": None,
    }  # fmt: skip
