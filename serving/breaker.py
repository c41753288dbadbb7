"""A circuit breaker: a store that does not answer is not asked for a while, so that nobody waits for it in vain."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from serving import metrics
from serving.errors import StoreSilentError

logger = logging.getLogger("funnelcast.breaker")

P = ParamSpec("P")
T = TypeVar("T")


class Breaker:
    """Closed, open, half-open (Nygard, Release It!, 2007).

    Parameters
    ----------
    store: its name, for metrics and messages.
    failures: so many in a row open the circuit.
    pause_seconds: after which one call tries the store again; the others still fail at once until it has answered.
    """

    def __init__(
        self, store: str, failures: int, pause_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store, self._failures, self._pause_seconds, self._clock = store, failures, pause_seconds, clock
        self._count_failed = 0
        self._opened_at: float | None = None
        self._lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        """Whether the store is not asked now."""
        return self._opened_at is not None

    def call(self, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """The function's result.

        Raises
        ------
        StoreSilentError: the circuit is open. And whatever the function raises.
        """
        self._admit()
        try:
            result = function(*arguments, **named)
        except Exception:
            self._note_failure()
            raise
        if self._count_failed:
            self._note_success()
        return result

    def _admit(self) -> None:
        if self._opened_at is None:
            return
        with self._lock:
            if self._opened_at is not None and self._clock() - self._opened_at < self._pause_seconds:
                raise StoreSilentError(f"The {self._store} store must answer, but did not of late; try again soon.")
            self._opened_at = self._clock()  # the one that tries; for the others the pause begins anew

    def _note_failure(self) -> None:
        with self._lock:
            self._count_failed += 1
            if self._count_failed < self._failures:
                return
            is_new, self._opened_at = self._opened_at is None, self._clock()
        metrics.CIRCUIT_OPEN.labels(self._store).set(1)
        if is_new:
            logger.error("store does not answer", extra={"fields": {"store": self._store}})

    def _note_success(self) -> None:
        with self._lock:
            was_open, self._opened_at, self._count_failed = self._opened_at is not None, None, 0
        metrics.CIRCUIT_OPEN.labels(self._store).set(0)
        if was_open:
            logger.info("store answers again", extra={"fields": {"store": self._store}})
