"""Something that takes seconds to make, kept while it is fresh enough and made anew behind the back of its readers."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from serving.request_log import describe_failure

logger = logging.getLogger("funnelcast.pages")

T = TypeVar("T")
TOO_OLD = 10  # times the age at which it is made anew: then readers wait for the new one


class Snapshot(Generic[T]):
    """One value for all readers.

    Parameters
    ----------
    make: makes the value. max_age_seconds: after which a reader still gets it, and the next one is made meanwhile.
    """

    def __init__(self, make: Callable[[], T], max_age_seconds: float) -> None:
        self._make, self._max_age = make, max_age_seconds
        self._kept: tuple[T, float] | None = None
        self._making = threading.Lock()

    def get(self) -> T:
        """The value; the first reader, and those who come after a long silence, wait until it is made."""
        kept, now = self._kept, time.monotonic()
        if kept is None or now - kept[1] > TOO_OLD * self._max_age:
            return self._made_by(now)
        if now - kept[1] > self._max_age and self._making.acquire(blocking=False):
            threading.Thread(target=self._renew, name="pages-snapshot", daemon=True).start()
        return kept[0]

    def _made_by(self, asked_at: float) -> T:
        with self._making:
            if self._kept is None or self._kept[1] < asked_at - self._max_age:
                self._kept = (self._make(), time.monotonic())
            return self._kept[0]

    def _renew(self) -> None:
        """With the lock held by who started this."""
        try:
            self._kept = (self._make(), time.monotonic())
        except Exception as error:
            logger.warning("figures not renewed", extra={"fields": describe_failure(error)})
        finally:
            self._making.release()
