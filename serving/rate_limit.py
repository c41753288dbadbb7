"""How often one key may call: a token bucket per caller."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

MAX_CALLERS = 10_000


class RateLimit:
    """Token buckets (Turner 1986) that fill at `per_second` up to `burst`; used by the event loop's thread only.

    >>> limit = RateLimit(per_second=2, burst=1, clock=lambda: 0.0)
    >>> limit.take("odoo"), limit.take("odoo"), limit.take("erp")
    (0.0, 0.5, 0.0)
    """

    def __init__(self, per_second: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._burst, self._clock = per_second, burst, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens left, and when

    def take(self, caller: str) -> float:
        """Seconds until the caller may call again; 0: now, and it counts."""
        now = self._clock()
        left, at = self._buckets.get(caller, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._per_second)
        wait = 0.0 if left >= 1 else (1 - left) / self._per_second
        self._buckets[caller] = (left if wait else left - 1, now)
        self._buckets.move_to_end(caller)
        if len(self._buckets) > MAX_CALLERS:
            self._buckets.popitem(last=False)
        return wait
