"""Calls are done in threads, in their order, and none is left undone or unanswered at the end."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from serving.working_threads import WorkingThreads


@pytest.fixture
def threads() -> Iterator[WorkingThreads]:
    made = WorkingThreads("scoring")
    yield made
    made.close()


def test_calls_are_done_beside_the_loop_one_after_another(threads: WorkingThreads) -> None:
    done: list[tuple[int, str]] = []

    async def scenario() -> list[None]:
        calls = [lambda number=number: done.append((number, threading.current_thread().name)) for number in range(50)]
        return await asyncio.gather(*(threads.run(call) for call in calls))

    assert asyncio.run(scenario()) == [None] * 50
    assert done == [(number, "scoring-0") for number in range(50)]


def test_two_threads_work_at_once() -> None:
    two, barrier = WorkingThreads("pages", 2), threading.Barrier(2, timeout=10)

    async def scenario() -> list[int]:
        return await asyncio.gather(two.run(barrier.wait), two.run(barrier.wait))

    assert sorted(asyncio.run(scenario())) == [0, 1]
    two.close()


def test_what_a_call_raises_reaches_the_caller_and_the_thread_goes_on(threads: WorkingThreads) -> None:
    async def scenario() -> int:
        with pytest.raises(ZeroDivisionError):
            await threads.run(lambda: 1 // 0)
        return await threads.run(lambda: 7)

    assert asyncio.run(scenario()) == 7


def test_a_call_that_nobody_waits_for_any_more_is_not_begun(threads: WorkingThreads) -> None:
    release, begun = threading.Event(), list[int]()

    async def scenario() -> None:
        first = asyncio.create_task(threads.run(release.wait))
        given_up = asyncio.create_task(threads.run(lambda: begun.append(1)))
        await asyncio.sleep(0)
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        release.set()
        await first
        await threads.run(lambda: begun.append(2))

    asyncio.run(scenario())
    assert begun == [2]


def test_a_call_given_up_half_way_and_a_loop_that_ended_do_no_harm(threads: WorkingThreads) -> None:
    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(threads.run(lambda: time.sleep(0.2)), 0.01)

    asyncio.run(give_up())
    assert asyncio.run(threads.run(lambda: 7)) == 7


def test_close_waits_for_what_was_asked_and_refuses_what_comes_after(threads: WorkingThreads) -> None:
    done: list[int] = []

    async def scenario() -> None:
        waiting = [
            asyncio.create_task(threads.run(lambda number=number: (time.sleep(0.01), done.append(number))))  # type: ignore[misc]
            for number in range(5)
        ]
        await asyncio.sleep(0)
        await asyncio.to_thread(threads.close)
        assert done == [0, 1, 2, 3, 4]
        await asyncio.gather(*waiting)
        with pytest.raises(RuntimeError, match="ended"):
            await threads.run(lambda: 7)

    asyncio.run(scenario())
    threads.close()  # a second time does nothing


def test_threads_that_were_never_needed_end_at_once() -> None:
    threads = WorkingThreads("rows")
    threads.close()
    with pytest.raises(RuntimeError, match="ended"):
        asyncio.run(threads.run(lambda: 7))
