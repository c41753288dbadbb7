"""Threads that work for the event loop.

`loop.run_in_executor` does the same with two futures, their locks and callbacks: 0.15 ms of CPU more for each score by
id in a process whose caches are cold (docs/performance.md).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
Job = tuple[asyncio.AbstractEventLoop, "asyncio.Future[Any]", Callable[[], Any]]


class WorkingThreads:
    """`count` threads that take calls in the order of their coming; started with the first one."""

    def __init__(self, name: str, count: int = 1) -> None:
        names = [f"{name}-{number}" for number in range(count)]
        self._threads = [threading.Thread(target=self._run, name=one, daemon=True) for one in names]
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._is_started = self._is_closed = False

    async def run(self, function: Callable[[], T]) -> T:
        """What the function returns or raises, once a thread had time for it.

        Raises
        ------
        RuntimeError: the threads have ended.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        with self._lock:
            if self._is_closed:
                raise RuntimeError("The threads must still run, but have ended.")
            self._start()
            self._jobs.put((loop, future, function))
        return await future

    def close(self) -> None:
        """Wait for what was asked of them, then end."""
        with self._lock:
            is_first, self._is_closed = not self._is_closed, True
            for _ in self._threads if is_first and self._is_started else ():
                self._jobs.put(None)
        for thread in self._threads if self._is_started else ():
            thread.join()

    def _start(self) -> None:
        if not self._is_started:
            self._is_started = True
            for thread in self._threads:
                thread.start()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            _do(*job)
            del job  # what was asked for may be large, and the next call far


def _do(loop: asyncio.AbstractEventLoop, future: asyncio.Future[Any], function: Callable[[], Any]) -> None:
    result, error = None, None
    if not future.cancelled():
        try:
            result = function()
        except BaseException as raised:
            error = raised
    with suppress(RuntimeError):  # the loop has ended, and nobody waits
        loop.call_soon_threadsafe(_settle, future, result, error)


def _settle(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if future.done():  # cancelled
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
