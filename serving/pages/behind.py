"""One thread for what is made behind the readers' back."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from serving.request_log import describe_failure

logger = logging.getLogger("funnelcast.pages")
Job = Callable[[], Any]
T = TypeVar("T")


class Behind:
    """Jobs one after another. What nobody waits for is logged where it fails."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pages-behind", initializer=self._begin)
        self._own_ident: int | None = None
        self._is_ending = False

    def do(self, job: Job) -> None:
        """Soon."""
        if not self._is_ending:
            self._thread.submit(self.attempt, job)

    def within(self, job: Callable[[], T], seconds: float) -> T:
        """What the job makes; in the thread itself at once, which cannot wait for itself.

        Raises
        ------
        TimeoutError: it is not made after so long; it goes on being made.
        """
        return job() if threading.get_ident() == self._own_ident else self._thread.submit(job).result(seconds)

    def attempt(self, job: Job) -> None:
        """Now, in the caller's thread; nothing where the service is about to stop."""
        try:
            if not self._is_ending:
                job()
        except Exception as error:
            logger.warning("figures not made", extra={"fields": describe_failure(error)})

    def stop(self) -> None:
        """Begin no further job."""
        self._is_ending = True

    def _begin(self) -> None:
        self._own_ident = threading.get_ident()

    def close(self) -> None:
        """Wait for the job under way; the others are left."""
        self.stop()
        self._thread.shutdown(wait=True, cancel_futures=True)
