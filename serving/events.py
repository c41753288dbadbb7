"""POST /v1/events: rows of the bundle from other systems, and the refresh of what they touch."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from crm_core.errors import KeyReusedError
from crm_core.exchange import Received, Touched
from serving.errors import ConflictError, UnavailableError, UnprocessableError
from serving.refresher import Refresher

MAX_KEY_LENGTH = 200
FORGET_EVERY_SECONDS = 3600.0

Rows = Sequence[Mapping[str, Any]]


class EventIntake:
    """Writes events one call after the other, as the database does anyway; the calls that wait are bounded.

    Parameters
    ----------
    receive: stores rows of a table for (scope, key) once; see crm_core.exchange.receive_events.
    touched: which leads and customers stored rows touch.
    forget_old: removes old answers; called once an hour.
    max_waiting: calls under way at most.
    """

    def __init__(
        self,
        receive: Callable[[str, Rows, str, str | None], Received],
        touched: Callable[[str, Rows], Touched],
        forget_old: Callable[[], object],
        refresher: Refresher,
        max_waiting: int,
    ) -> None:
        self._receive = receive
        self._touched = touched
        self._forget_old = forget_old
        self._refresher = refresher
        self._max_waiting = max_waiting
        self._count_waiting = 0
        self._forgotten_at = float("-inf")
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="events")

    async def take(self, table: str, rows: Rows, scope: str, key: str | None) -> dict[str, Any]:
        """Store the rows and answer; their leads and customers are refreshed in the background.

        Raises
        ------
        UnavailableError: too many calls wait. ConflictError: the key came with another body before.
        """
        if self._count_waiting >= self._max_waiting:
            raise UnavailableError("Fewer calls may wait to be stored than do now; try again soon.", code="busy")
        self._count_waiting += 1
        future = self._thread.submit(self._store, table, rows, scope, key)
        loop = asyncio.get_running_loop()
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._one_less))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """End what is under way."""
        self._thread.shutdown(wait=True)

    def _one_less(self) -> None:
        self._count_waiting -= 1

    def _store(self, table: str, rows: Rows, scope: str, key: str | None) -> dict[str, Any]:
        self._forget_at_times()
        try:
            received = self._receive(table, rows, scope, key)
        except KeyReusedError as error:
            raise ConflictError(str(error), code="idempotency_key_reused") from None
        answer = received.answer
        # A replay too: the process that stored the rows may have died before it refreshed anything.
        if received.is_replay or answer["inserted"] or answer["updated"]:
            refused = {error["index"] for error in answer["errors"]}
            touched = self._touched(table, [row for index, row in enumerate(rows) if index not in refused])
            self._refresher.put(touched.lead_ids, touched.customer_ids)
        return answer

    def _forget_at_times(self) -> None:
        if time.monotonic() - self._forgotten_at > FORGET_EVERY_SECONDS:
            self._forgotten_at = time.monotonic()
            self._forget_old()


def idempotency_key(header: str | None) -> str | None:
    """The key of a call, None where it has none.

    Raises
    ------
    UnprocessableError: it is empty, too long, or not printable ASCII.
    """
    if header is None:
        return None
    if not header or len(header) > MAX_KEY_LENGTH or not (header.isascii() and header.isprintable()):
        raise UnprocessableError(
            f"An Idempotency-Key must be 1 to {MAX_KEY_LENGTH} printable ASCII characters, but got {len(header)} "
            "characters or others.",
            code="invalid_idempotency_key",
        )
    return header
