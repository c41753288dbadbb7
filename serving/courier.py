"""Delivers webhooks in the background for as long as the service runs."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable

from serving import metrics
from serving.request_log import describe_failure

logger = logging.getLogger("funnelcast.courier")


class Courier:
    """One thread that makes rounds; without pause while something is delivered.

    Parameters
    ----------
    deliver_round: one attempt per subscriber that has something due; counts by outcome.
    """

    def __init__(self, deliver_round: Callable[[], Counter[str]], poll_seconds: float) -> None:
        self._deliver_round = deliver_round
        self._poll_seconds = poll_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        """Start the rounds."""
        self._thread.start()

    def close(self) -> None:
        """End after the round under way."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._poll_seconds):
            while not self._stop.is_set() and self._round():
                pass

    def _round(self) -> bool:
        """Whether something was delivered, so that more may be due."""
        try:
            done = self._deliver_round()
        except Exception as error:
            logger.warning("webhooks not delivered", extra={"fields": describe_failure(error)})
            return False
        for outcome, count in done.items():
            metrics.WEBHOOKS.labels(outcome).inc(count)
        if done["dead"]:
            logger.error("webhook deliveries given up", extra={"fields": {"count": done["dead"]}})
        return done["delivered"] > 0
