"""The online store behind a time limit and a circuit breaker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from serving.bounded_calls import BoundedCalls
from serving.breaker import Breaker
from serving.vectors import Entity, Reader, Vector


class GuardedReader:
    """Opens the store at its first use, so that the service starts without it too.

    Parameters
    ----------
    calls: bounds the time of a read; None for an embedded store, which has no connection that could hang.
    """

    def __init__(self, open_reader: Callable[[], Reader], calls: BoundedCalls | None, breaker: Breaker) -> None:
        self._open_reader, self._calls, self._breaker = open_reader, calls, breaker
        self._reader: Reader | None = None

    def read(self, entity: Entity, ids: list[str], now: datetime) -> Sequence[Vector | None]:
        """Vectors in the order of `ids`.

        Raises
        ------
        StoreSilentError: the store does not answer in time, or did not of late. OnlineStoreError: it refuses.
        """
        if self._calls is None:
            return self._breaker.call(self._read, entity, ids, now)
        return self._breaker.call(self._calls.call, self._read, entity, ids, now)

    def _read(self, entity: Entity, ids: list[str], now: datetime) -> Sequence[Vector | None]:
        if self._reader is None:
            self._reader = self._open_reader()
        return self._reader.read(entity, ids, now)
