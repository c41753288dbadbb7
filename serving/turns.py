"""A request's turn in a working thread: too late is refused, since its caller has given up or soon will."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from serving import metrics
from serving.errors import OverloadedError
from serving.working_threads import WorkingThreads

P = ParamSpec("P")
T = TypeVar("T")


RECENT = 0.1  # weight of the newest turn in the mean time that a turn takes
SHORT_QUEUE = 4  # with no more than this before it, a late turn is the machine's fault and not overload's


@dataclass
class Lane:
    """Threads, and how long a request may wait for one, counted from its arrival.

    A request that would wait for more than half of that is refused at once, so that its caller hears it early and
    nothing waits in vain. A request that found a short queue is never refused: a machine that is busy with something
    else is no overload.
    """

    threads: WorkingThreads
    max_wait_seconds: float
    count_waiting: int = 0  # changed by the event loop's thread only
    mean_seconds: float = 0.0  # of the last turns; changed by the lane's threads only

    @property
    def is_crowded(self) -> bool:
        """Whether one more would wait for more than half of the longest time."""
        count = self.count_waiting
        return count > SHORT_QUEUE and count * self.mean_seconds > self.max_wait_seconds / 2

    async def take(self, arrived_at: float, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """The function's result, in its turn.

        Raises
        ------
        OverloadedError: the turn would come, or came, too late; nothing was done.
        """
        ahead = self.count_waiting
        if self.is_crowded:
            raise self._too_late("queue_long")

        def in_turn() -> T:
            waited = time.monotonic() - arrived_at
            metrics.WAIT_SECONDS.observe(waited)
            if waited > self.max_wait_seconds and ahead > SHORT_QUEUE:
                raise self._too_late("waited_too_long")
            started = time.monotonic()
            try:
                return function(*arguments, **named)
            finally:
                self.mean_seconds += RECENT * (time.monotonic() - started - self.mean_seconds)

        self.count_waiting += 1
        try:
            return await self.threads.run(in_turn)
        finally:
            self.count_waiting -= 1

    def _too_late(self, reason: str) -> OverloadedError:
        metrics.SHED.labels(reason).inc()
        limit = f"{self.max_wait_seconds:g} s"
        return OverloadedError(f"A request's turn must come within {limit}, but would not; try again soon.")
