from __future__ import annotations

import pytest

from serving.breaker import Breaker
from serving.errors import StoreSilentError


class Store:
    """Answers, or fails, and counts who asked."""

    def __init__(self) -> None:
        self.is_there = True
        self.count_asked = 0

    def read(self) -> str:
        self.count_asked += 1
        if not self.is_there:
            raise OSError("gone")
        return "answer"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker("online", failures=3, pause_seconds=1.0, clock=clock)


def fail(breaker: Breaker, store: Store, times: int) -> None:
    store.is_there = False
    for _ in range(times):
        with pytest.raises(OSError, match="gone"):
            breaker.call(store.read)


def test_single_failures_are_passed_on_and_do_not_open_it(breaker: Breaker) -> None:
    store = Store()
    fail(breaker, store, 2)
    store.is_there = True
    assert breaker.call(store.read) == "answer"
    fail(breaker, store, 2)
    assert not breaker.is_open


def test_after_so_many_in_a_row_the_store_is_not_asked(breaker: Breaker) -> None:
    store = Store()
    fail(breaker, store, 3)
    with pytest.raises(StoreSilentError, match="online store must answer, but did not of late"):
        breaker.call(store.read)
    assert store.count_asked == 3


def test_after_the_pause_one_call_tries_and_its_success_closes_it(breaker: Breaker, clock: Clock) -> None:
    store = Store()
    fail(breaker, store, 3)
    clock.now = 1.0
    fail(breaker, store, 1)
    with pytest.raises(StoreSilentError):
        breaker.call(store.read)
    clock.now, store.is_there = 2.0, True
    assert breaker.call(store.read) == "answer"
    assert not breaker.is_open
