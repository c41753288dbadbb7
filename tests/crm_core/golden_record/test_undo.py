"""A merge is undone exactly: whole databases are compared, and what is shown of every customer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.database import read_transaction
from crm_core.errors import MergeRefusedError
from crm_core.golden_record.aliases import golden_ids
from crm_core.golden_record.dedupe import dedupe
from crm_core.golden_record.review import accept, merge, review_queue, undo
from tests.crm_core.conftest import NOW, Load
from tests.crm_core.golden_record.firm import FACTS, merge_rows, snapshot, views

HOUR = timedelta(hours=1)


def golden(engine: Engine, hours: int) -> dict[str, str]:
    with read_transaction(engine) as connection:
        return golden_ids(connection, NOW + hours * HOUR)


def test_an_undone_merge_leaves_every_row_as_it_was(engine: Engine, load: Load, settings: Settings) -> None:
    load(**FACTS)
    dedupe(engine, settings, NOW)
    before, shown, queue = snapshot(engine), views(engine, settings, NOW, NOW), review_queue(engine, NOW)
    done = accept(engine, settings, queue[0].match_id, "li.na", NOW + HOUR)
    assert snapshot(engine) == before  # a merge moves no row either: rows are read through it
    assert views(engine, settings, NOW + HOUR, NOW) != shown
    undo(engine, done.merge_id, "wang", NOW + 2 * HOUR)
    assert snapshot(engine) == before
    assert views(engine, settings, NOW + 2 * HOUR, NOW) == shown
    assert review_queue(engine, NOW + 2 * HOUR) == queue
    assert golden(engine, 2) == golden(engine, 0) == {"b": "a"}
    assert golden(engine, 1) == {"b": "a", "c": "a"}  # as it was known then
    kept = merge_rows(engine)[1]
    assert (kept["undone_by"], kept["undone_at"]) == ("wang", NOW + 2 * HOUR)


def test_an_automatic_merge_can_be_undone_too(engine: Engine, load: Load, settings: Settings) -> None:
    load(**FACTS)
    dedupe(engine, settings, NOW)
    before = snapshot(engine)
    undo(engine, 1, "li.na", NOW + HOUR)
    assert snapshot(engine) == before
    assert golden(engine, 1) == {}


def test_chained_merges_are_undone_in_any_order(engine: Engine, load: Load, settings: Settings) -> None:
    load(**FACTS)
    alone = views(engine, settings, NOW, NOW, "ab")
    for place, (source, into) in enumerate([("b", "a"), ("b", "c"), ("a", "d")], start=1):  # a's set moves each time
        merge(engine, settings, source, into, "li.na", NOW + place * HOUR)
    assert golden(engine, 3) == {"a": "d", "b": "d", "c": "d"}
    undo(engine, 2, "li.na", NOW + 4 * HOUR)  # as if it had never been: b under a, a under d
    assert golden(engine, 4) == {"a": "d", "b": "d"}
    undo(engine, 1, "li.na", NOW + 5 * HOUR)
    assert golden(engine, 5) == {"a": "d"}
    undo(engine, 3, "li.na", NOW + 6 * HOUR)
    assert golden(engine, 6) == {}
    assert views(engine, settings, NOW + 6 * HOUR, NOW, "ab") == alone
    assert [golden(engine, hours) for hours in (1, 2, 3)] == [
        {"b": "a"}, {"a": "c", "b": "c"}, {"a": "d", "b": "d", "c": "d"},
    ]  # fmt: skip


def test_a_merge_is_undone_once_and_may_be_made_again(engine: Engine, load: Load, settings: Settings) -> None:
    load(**FACTS)
    merge(engine, settings, "b", "a", "li.na", NOW)
    undo(engine, 1, "li.na", NOW + HOUR)
    with pytest.raises(MergeRefusedError, match="undone once, but 1 was undone at 2025-01-01T01"):
        undo(engine, 1, "li.na", NOW + 2 * HOUR)
    with pytest.raises(MergeRefusedError, match="must not be made before"):
        merge(engine, settings, "b", "a", "li.na", NOW)
    assert merge(engine, settings, "b", "a", "li.na", NOW + 2 * HOUR).merge_id == 2
    assert [golden(engine, hours) for hours in (0, 1, 2)] == [{"b": "a"}, {}, {"b": "a"}]
