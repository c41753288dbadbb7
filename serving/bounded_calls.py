"""Calls that must end in time, whatever the store's driver does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, ParamSpec, TypeVar

from serving.errors import StoreSilentError

P = ParamSpec("P")
T = TypeVar("T")
Job = tuple[Future[Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class BoundedCalls:
    """Runs calls in daemon threads and stops waiting for them after `seconds`.

    A driver that hangs keeps its thread until it ends; it holds up neither the caller nor a stop of the service. While
    every thread hangs, calls end in time too, unanswered.
    """

    def __init__(self, store: str, seconds: float, count_threads: int = 4) -> None:
        self._store, self._seconds, self._count_threads = store, seconds, count_threads
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._lock = threading.Lock()
        self._is_started = False

    def call(self, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """The function's result.

        Raises
        ------
        StoreSilentError: it took longer than allowed. And whatever the function raises.
        """
        future = self.submit(function, *arguments, **named)
        try:
            return future.result(self._seconds)
        except TimeoutError:
            future.cancel()
            limit = f"{self._seconds:g} s"
            raise StoreSilentError(f"The {self._store} store must answer within {limit}, but does not.") from None

    def submit(self, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> Future[T]:
        """Begin a call."""
        self._start()
        future: Future[T] = Future()
        self._jobs.put((future, function, arguments, named))
        return future

    def _start(self) -> None:
        if self._is_started:
            return
        with self._lock:
            for number in range(0 if self._is_started else self._count_threads):
                threading.Thread(target=self._run, name=f"{self._store}-{number}", daemon=True).start()
            self._is_started = True

    def _run(self) -> None:
        while True:
            future, function, arguments, named = self._jobs.get()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(function(*arguments, **named))
            except BaseException as error:
                future.set_exception(error)
