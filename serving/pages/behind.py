"""One thread for what is made behind the readers' back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from serving.request_log import describe_failure

logger = logging.getLogger("funnelcast.pages")
Job = Callable[[], Any]


class Behind:
    """Jobs one after another. Nobody waits for them, so what fails is logged."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pages-behind")
        self._is_ending = False

    def do(self, job: Job) -> None:
        """Soon."""
        if not self._is_ending:
            self._thread.submit(self.attempt, job)

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

    def close(self) -> None:
        """Wait for the job under way; the others are left."""
        self.stop()
        self._thread.shutdown(wait=True, cancel_futures=True)
