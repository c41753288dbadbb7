"""Receipts of scores, written in the background in batches, so that no request waits for the database."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice

from crm_core.receipts import Receipt
from serving import metrics
from serving.request_log import describe_failure

logger = logging.getLogger("funnelcast.receipts")

BATCH_SIZE = 500
CLOSE_ATTEMPTS = 3  # tries of a failing database at a stop, before what is left counts as lost


class ReceiptWriter:
    """Bounded queue with one writing thread.

    None is lost at a normal stop: `close` writes what is pending. While the database fails, receipts wait and are tried
    again; what does not fit into the queue is dropped and counted in `funnelcast_receipts_dropped_total`.

    Parameters
    ----------
    write: stores a batch, whole or not at all.
    flush_seconds: longest time between a receipt and its writing, while the database answers.
    queue_size: receipts that may wait.
    """

    def __init__(self, write: Callable[[list[Receipt]], object], flush_seconds: float, queue_size: int) -> None:
        self._write = write
        self._flush_seconds = flush_seconds
        self._queue_size = queue_size
        self._pending: deque[Receipt] = deque()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, name="receipts", daemon=True)

    def start(self) -> None:
        """Start the writing thread."""
        self._thread.start()

    def put(self, receipts: Sequence[Receipt]) -> None:
        """Take these receipts; never waits."""
        with self._lock:
            taken = receipts[: max(self._queue_size - len(self._pending), 0)]
            self._pending.extend(taken)
            is_filling = len(self._pending) * 2 > self._queue_size
            metrics.RECEIPTS_PENDING.set(len(self._pending))
        if dropped := len(receipts) - len(taken):
            metrics.RECEIPTS_DROPPED.inc(dropped)
        if is_filling:
            self._wake.set()

    def find(self, prediction_id: str) -> Receipt | None:
        """A receipt that is not stored yet."""
        with self._lock:
            return next((receipt for receipt in self._pending if receipt.prediction_id == prediction_id), None)

    def close(self) -> int:
        """Write what is pending and stop; returns how many receipts could not be written."""
        self._is_closing = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        for _ in range(CLOSE_ATTEMPTS):
            if self._flush():
                break
        lost = len(self._pending)
        if lost:
            metrics.RECEIPTS_DROPPED.inc(lost)
            logger.error("receipts lost", extra={"fields": {"count": lost}})
        return lost

    def _run(self) -> None:
        while not self._is_closing:
            self._wake.wait(self._flush_seconds)
            self._wake.clear()
            if not self._flush() and not self._is_closing:
                self._wake.wait(self._flush_seconds)  # a failing database is not asked without pause

    def _flush(self) -> bool:
        """Write batch by batch; a batch leaves the queue only when it is stored. False: the database failed."""
        while batch := self._next_batch():
            try:
                self._write(batch)
            except Exception as error:
                logger.warning("receipts not stored yet", extra={"fields": describe_failure(error)})
                return False
            with self._lock:
                for _ in batch:
                    self._pending.popleft()
                metrics.RECEIPTS_PENDING.set(len(self._pending))
            metrics.RECEIPTS_WRITTEN.inc(len(batch))
        return True

    def _next_batch(self) -> list[Receipt]:
        with self._lock:
            return list(islice(self._pending, BATCH_SIZE))
