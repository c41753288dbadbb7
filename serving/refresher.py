"""Features of what an event touched, brought up to date in the background within seconds.

One thread: a refresh takes half a second, nearly all of it planning, whether for one lead or for hundreds, so what
arrives meanwhile is refreshed together. Leads come before customers, since it is leads whose scores must be quick.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from functools import partial
from itertools import islice
from typing import Any

from serving import metrics
from serving.request_log import describe_failure
from serving.vectors import Entity

logger = logging.getLogger("funnelcast.refresher")

ORDER: tuple[Entity, ...] = ("leads", "customers")
CLOSE_SECONDS = 10.0  # how long a stop waits for what is pending


class Refresher:
    """Bounded sets of ids to refresh, each id once, with one working thread.

    A refresh that fails is tried again after a pause. What does not fit, or is pending at the end of a stop, is counted
    in `funnelcast_refreshes_dropped_total`; its rows are stored, so the next build of the features brings them.

    Parameters
    ----------
    prepare: compiles what `refresh` runs, once, in the working thread; what arrives meanwhile waits. Its failure is
        logged: `refresh` compiles for itself then.
    refresh: brings the features of these ids up to now.
    announce: tells of what changed by that; its failure is logged and costs nothing else.
    """

    def __init__(
        self,
        prepare: Callable[[], object],
        refresh: Callable[[Entity, list[str]], object],
        announce: Callable[[Entity, list[str]], object],
        queue_size: int,
        batch: int,
        pause_seconds: float,
    ) -> None:
        self._prepare, self._refresh, self._announce = prepare, refresh, announce
        self._queue_size, self._batch, self._pause_seconds = queue_size, batch, pause_seconds
        self._pending: dict[Entity, dict[str, float]] = {entity: {} for entity in ORDER}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self.prepared = threading.Event()
        self._ends_at: float | None = None
        self._thread = threading.Thread(target=self._run, name="refresher", daemon=True)

    def start(self) -> None:
        """Start the working thread."""
        self._thread.start()

    def put(self, lead_ids: Collection[str], customer_ids: Collection[str]) -> None:
        """Refresh these soon; never waits."""
        now = time.monotonic()
        dropped = 0
        with self._lock:
            for entity, ids in zip(ORDER, (lead_ids, customer_ids), strict=True):
                dropped += self._take(entity, ids, now)
            self._count()
        if dropped:
            metrics.REFRESHES_DROPPED.inc(dropped)
            logger.warning("refresh queue full", extra={"fields": {"dropped": dropped}})
        self._wake.set()

    def close(self) -> int:
        """Refresh what is pending, for some seconds at most, and stop; returns how many were not refreshed."""
        self._ends_at = time.monotonic() + CLOSE_SECONDS
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        left = sum(len(ids) for ids in self._pending.values())
        metrics.REFRESHES_DROPPED.inc(left)
        return left

    def _run(self) -> None:
        self._attempt(self._prepare, "refresh not prepared")
        self.prepared.set()
        while True:
            self._wake.wait()
            self._wake.clear()
            while self._may_go_on() and (found := self._next()):
                if not self._work(*found):
                    time.sleep(self._pause_seconds)
            if self._ends_at is not None:
                return

    def _may_go_on(self) -> bool:
        return self._ends_at is None or time.monotonic() < self._ends_at

    def _work(self, entity: Entity, asked: dict[str, float]) -> bool:
        """Refresh a batch; False: it failed and is pending again."""
        ids = list(asked)
        try:
            self._refresh(entity, ids)
        except Exception as error:
            logger.warning("not refreshed yet", extra={"fields": {"entity": entity, **describe_failure(error)}})
            with self._lock:
                self._pending[entity] = asked | self._pending[entity]
                self._count()
            return False
        for since in asked.values():
            metrics.REFRESH_SECONDS.labels(entity).observe(time.monotonic() - since)
        self._attempt(partial(self._announce, entity, ids), "changes not announced", entity=entity)
        return True

    def _attempt(self, job: Callable[[], object], failure: str, **told: str) -> None:
        try:
            job()
        except Exception as error:
            logger.warning(failure, extra={"fields": {**told, **describe_failure(error)}})

    def _next(self) -> tuple[Entity, dict[str, float]] | None:
        with self._lock:
            for entity in ORDER:
                pending = self._pending[entity]
                if batch := dict(islice(pending.items(), self._batch)):
                    self._pending[entity] = {key: since for key, since in pending.items() if key not in batch}
                    self._count()
                    return entity, batch
        return None

    def _take(self, entity: Entity, ids: Collection[str], now: float) -> int:
        """Note ids that fit; returns how many do not."""
        pending = self._pending[entity]
        new: Sequence[Any] = [key for key in ids if key not in pending]
        room = max(self._queue_size - sum(len(known) for known in self._pending.values()), 0)
        pending.update(dict.fromkeys(new[:room], now))
        return len(new) - min(len(new), room)

    def _count(self) -> None:
        metrics.REFRESHES_PENDING.set(sum(len(ids) for ids in self._pending.values()))
