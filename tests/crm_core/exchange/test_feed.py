from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from crm_core.database import write_transaction
from crm_core.errors import CursorError, ExchangeError
from crm_core.exchange import Change, publish, publish_all, read_changes
from tests.crm_core.conftest import LATER, NOW


def followed(engine: Engine, limit: int = 3) -> list[str]:
    """Ids of the whole feed, as a reader with a cursor gets them."""
    found: list[str] = []
    cursor, has_more = 0, True
    while has_more:
        page = read_changes(engine, cursor, limit)
        found += [numbered.change.entity_id for numbered in page.changes]
        cursor, has_more = page.cursor, page.has_more
    return found


def tag(entity_id: str) -> Change:
    return Change("tag", "customer", entity_id, {"tag": "价格导向型"}, NOW)


def test_changes_come_back_as_they_were_told_in_their_order(engine: Engine) -> None:
    publish(engine, "tier", "customer", "c1", {"tier": "growth", "before": None}, LATER)
    publish(engine, "score", "lead", "l1", {"win_probability": 0.5}, NOW)
    first, second = read_changes(engine, 0, 10).changes
    assert first.change == Change("tier", "customer", "c1", {"tier": "growth", "before": None}, LATER)
    assert second.to_json() == {
        "cursor": "2", "kind": "score", "entity": "lead", "entity_id": "l1", "at": "2025-01-01T00:00:00+00:00",
        "body": {"win_probability": 0.5},
    }  # fmt: skip


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_pages_neither_skip_nor_repeat(sqlite_engine: Engine, limit: int) -> None:
    publish_all(sqlite_engine, [tag(f"c{i}") for i in range(7)])
    assert followed(sqlite_engine, limit) == [f"c{i}" for i in range(7)]


def test_where_nothing_is_new_the_cursor_stays(engine: Engine) -> None:
    publish_all(engine, [tag("c1"), tag("c2")])
    page = read_changes(engine, 2, 10)
    assert (page.changes, page.cursor, page.has_more) == ([], 2, False)


def test_a_cursor_of_another_database_is_refused(engine: Engine) -> None:
    publish_all(engine, [tag("c1")])
    with pytest.raises(CursorError, match="up to 1, but got 2"):
        read_changes(engine, 2, 10)


def test_a_change_whose_transaction_fails_was_never_told_and_leaves_no_gap(engine: Engine) -> None:
    with pytest.raises(RuntimeError), write_transaction(engine) as connection:  # noqa: PT012 (the raise is the point)
        publish(connection, "tag", "customer", "lost", {}, NOW)
        raise RuntimeError
    assert publish(engine, "tag", "customer", "kept", {}, NOW) == 1
    assert followed(engine) == ["kept"]


@pytest.mark.parametrize(("kind", "entity"), [("score", "rep"), ("price", "lead")])
def test_a_change_of_another_kind_is_refused(sqlite_engine: Engine, kind: str, entity: str) -> None:
    with pytest.raises(ExchangeError, match="must be one of"):
        publish(sqlite_engine, kind, entity, "x", {}, NOW)


def test_a_change_that_commits_late_is_not_skipped(engine: Engine) -> None:
    """The writer that took the first number is slow; another must not become visible before it."""
    may_commit, other_done = threading.Event(), threading.Event()

    def slow() -> None:
        with write_transaction(engine) as connection:
            publish(connection, "tag", "customer", "slow", {}, NOW)
            has_number.set()
            may_commit.wait(10)

    def quick() -> None:
        publish(engine, "tag", "customer", "quick", {}, NOW)
        other_done.set()

    has_number = threading.Event()
    threads = [threading.Thread(target=slow), threading.Thread(target=quick)]
    threads[0].start()
    has_number.wait(10)
    threads[1].start()
    assert not other_done.wait(0.3)
    assert followed(engine) == []
    may_commit.set()
    for thread in threads:
        thread.join()
    assert followed(engine) == ["slow", "quick"]


def test_readers_beside_eight_writers_get_every_change_once(engine: Engine) -> None:
    def write(writer: int) -> None:
        for i in range(10):
            publish_all(engine, [tag(f"{writer}-{i}-{j}") for j in range(3)])

    seen: list[str] = []
    done = threading.Event()

    def read() -> None:
        cursor = 0
        while True:
            is_last = done.is_set()
            page = read_changes(engine, cursor, 7)
            seen.extend(numbered.change.entity_id for numbered in page.changes)
            cursor = page.cursor
            if is_last and not page.has_more:
                return

    run_all([lambda writer=writer: write(writer) for writer in range(8)], beside=read, end=done.set)  # type: ignore[misc]
    assert len(seen) == 240
    assert len(set(seen)) == 240
    for writer in range(8):
        assert [one for one in seen if one.startswith(f"{writer}-")] == [
            f"{writer}-{i}-{j}" for i in range(10) for j in range(3)
        ]


def run_all(tasks: list[Callable[[], None]], beside: Callable[[], None], end: Callable[[], None]) -> None:
    """Run tasks at once and another beside them, which is told of their end."""
    threads = [threading.Thread(target=task) for task in tasks]
    other = threading.Thread(target=beside)
    for thread in (*threads, other):
        thread.start()
    for thread in threads:
        thread.join()
    end()
    other.join()
