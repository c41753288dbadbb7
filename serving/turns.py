"""A request's turn in a working thread: too late is refused, since its caller has given up or soon will."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from serving import metrics
from serving.errors import OverloadedError

P = ParamSpec("P")
T = TypeVar("T")


SHORT_QUEUE = 4  # with no more than this before it, a late turn is the machine's fault and not overload's


@dataclass
class Lane:
    """One thread, and how long a request may wait for it, counted from its arrival.

    A request that found a short queue is never too late: a machine that is busy with something else is no overload.
    """

    thread: Executor
    max_wait_seconds: float
    count_waiting: int = 0  # changed by the event loop's thread only

    async def take(self, arrived_at: float, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """The function's result, in its turn.

        Raises
        ------
        OverloadedError: the turn came too late; nothing was done.
        """
        ahead = self.count_waiting

        def in_turn() -> T:
            waited = time.monotonic() - arrived_at
            metrics.WAIT_SECONDS.observe(waited)
            if waited > self.max_wait_seconds and ahead > SHORT_QUEUE:
                metrics.SHED.labels("waited_too_long").inc()
                raise OverloadedError(
                    f"A request's turn must come within {self.max_wait_seconds:g} s, but did not; try again soon."
                )
            return function(*arguments, **named)

        self.count_waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self.thread, in_turn)
        finally:
            self.count_waiting -= 1
