"""Whose turn would come too late is refused before it waits."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from serving.errors import OverloadedError
from serving.turns import SHORT_QUEUE, Lane
from serving.working_threads import WorkingThreads


@pytest.fixture
def threads() -> WorkingThreads:
    return WorkingThreads("scoring")


def test_a_request_that_would_wait_too_long_is_refused_at_once(threads: WorkingThreads) -> None:
    lane = Lane(threads, max_wait_seconds=60, mean_seconds=10)
    release = threading.Event()

    async def crowd() -> float:
        first = [asyncio.create_task(lane.take(time.monotonic(), release.wait)) for _ in range(SHORT_QUEUE + 1)]
        await asyncio.sleep(0)  # they queue up
        asked_at = time.monotonic()
        with pytest.raises(OverloadedError, match="60 s"):
            await lane.take(asked_at, release.wait)
        refused_after = time.monotonic() - asked_at
        release.set()
        assert await asyncio.gather(*first) == [True] * (SHORT_QUEUE + 1)
        return refused_after

    assert asyncio.run(crowd()) < 5
    assert lane.count_waiting == 0


def test_with_a_short_queue_a_slow_turn_refuses_nobody(threads: WorkingThreads) -> None:
    lane = Lane(threads, max_wait_seconds=0.001, mean_seconds=10)
    assert asyncio.run(lane.take(time.monotonic() - 1, lambda: 7)) == 7


def test_the_mean_follows_the_turns_also_those_that_fail(threads: WorkingThreads) -> None:
    lane = Lane(threads, max_wait_seconds=1, mean_seconds=10)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(lane.take(time.monotonic(), lambda: 1 / 0))
    assert 8.9 < lane.mean_seconds < 9.5
