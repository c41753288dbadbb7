from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from serving.refresher import Refresher
from tests.waiting import until


class Recorder:
    """A refresh that notes its calls, and waits or fails where it is told to."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[str]]] = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.failures: list[Exception] = []

    def __call__(self, entity: str, ids: list[str]) -> None:
        self.calls.append((entity, sorted(ids)))
        self.may_go_on.wait(5)
        if self.failures:
            raise self.failures.pop()


@pytest.fixture
def refresh() -> Recorder:
    return Recorder()


@pytest.fixture
def start(refresh: Recorder) -> Iterator[Callable[..., Refresher]]:
    started: list[Refresher] = []

    def _start(
        announce: Any = lambda *_: None, queue_size: int = 100, batch: int = 10, prepare: Any = lambda: None
    ) -> Refresher:
        started.append(Refresher(prepare, refresh, announce, queue_size, batch, pause_seconds=0.01))
        started[-1].start()
        return started[-1]

    yield _start
    refresh.may_go_on.set()
    for refresher in started:
        refresher.close()


def test_what_arrives_during_a_refresh_is_refreshed_together_and_leads_first(
    refresh: Recorder, start: Callable[..., Refresher]
) -> None:
    refresh.may_go_on.clear()
    refresher = start()
    refresher.put({"l1"}, ())
    until(lambda: refresh.calls)
    refresher.put((), {"c1"})
    refresher.put({"l2"}, {"c1"})
    refresher.put({"l1", "l2", "l3"}, ())
    refresh.may_go_on.set()
    until(lambda: len(refresh.calls) == 3)
    assert refresh.calls == [("leads", ["l1"]), ("leads", ["l1", "l2", "l3"]), ("customers", ["c1"])]


def test_batches_are_bounded(refresh: Recorder, start: Callable[..., Refresher]) -> None:
    refresher = start(batch=2)
    refresher.put([f"l{i}" for i in range(5)], ())
    assert refresher.close() == 0
    assert [len(ids) for _, ids in refresh.calls] == [2, 2, 1]


def test_what_does_not_fit_is_dropped(refresh: Recorder, start: Callable[..., Refresher]) -> None:
    refresh.may_go_on.clear()
    refresher = start(queue_size=2)
    refresher.put({"l0"}, ())
    until(lambda: refresh.calls)
    refresher.put([f"l{i}" for i in range(5)], {"c1"})
    refresh.may_go_on.set()
    refresher.close()
    assert refresh.calls == [("leads", ["l0"]), ("leads", ["l0", "l1"])]


def test_a_refresh_that_fails_is_tried_again(refresh: Recorder, start: Callable[..., Refresher]) -> None:
    announced: list[Any] = []
    refresh.failures = [RuntimeError("the store is away")]
    refresher = start(announce=lambda *what: announced.append(what))
    refresher.put({"l1"}, ())
    until(lambda: announced)
    assert refresh.calls == [("leads", ["l1"])] * 2
    assert announced == [("leads", ["l1"])]


def test_a_failing_announcement_costs_nothing_else(
    refresh: Recorder, start: Callable[..., Refresher], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError

    refresher = start(announce=fail)
    refresher.put({"l1"}, {"c1"})
    until(lambda: len(refresh.calls) == 2)
    assert refresher.close() == 0
    assert [record.__dict__["fields"]["entity"] for record in caplog.records] == ["leads", "customers"]


def test_a_stop_refreshes_what_is_pending_but_not_for_ever(
    refresh: Recorder, start: Callable[..., Refresher], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.refresher.CLOSE_SECONDS", 0.1)
    refresh.failures = [RuntimeError()] * 1000
    refresher = start()
    refresher.put({"l1", "l2"}, ())
    assert refresher.close() == 2


def test_what_arrives_before_it_is_prepared_waits_for_it(refresh: Recorder, start: Callable[..., Refresher]) -> None:
    may_go_on = threading.Event()

    def prepare() -> None:
        may_go_on.wait(5)
        assert refresh.calls == []

    refresher = start(prepare=prepare)
    refresher.put({"l1"}, ())
    assert not refresher.prepared.is_set()
    may_go_on.set()
    until(lambda: refresh.calls)
    assert refresher.prepared.is_set()


def test_one_that_cannot_be_prepared_refreshes_all_the_same(
    refresh: Recorder, start: Callable[..., Refresher], caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("the lake is away")

    refresher = start(prepare=fail)
    refresher.put({"l1"}, ())
    until(lambda: refresh.calls)
    assert [record.message for record in caplog.records] == ["refresh not prepared"]
