"""Whose key it is, remembered for a few seconds."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Protocol

from crm_core.access import Scope
from serving.bounded_calls import BoundedCalls
from serving.errors import StoreSilentError
from serving.request_note import Caller

MAX_KEY_LENGTH = 200
MAX_CACHED_KEYS = 10_000
SILENT_SECONDS = 5.0  # after the table was silent, nobody waits long for it: strangers' keys must not fill the queue


class StoredKey(Protocol):
    """What the key table tells of a key."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def role(self) -> str: ...  # noqa: D102
    @property
    def scope(self) -> Scope: ...  # noqa: D102
    @property
    def prefix(self) -> str: ...  # noqa: D102


@dataclass(frozen=True)
class _Known:
    caller: Caller | None
    until: float  # asked again after this
    found_at: float  # when the table last said so


class KeyRing:
    """Finds the caller of a key; remembers for a few seconds, unknown keys too, by hash and never in clear.

    While the table does not answer, a key that it knew within `grace_seconds` still opens; a key that it never told of
    does not.

    Parameters
    ----------
    find: looks a key up in its table; may block.
    bootstrap: the key of the settings, with role admin; None: there is none.
    cache_seconds: how long a withdrawn key may still work while the table answers.
    timeout_seconds: how long a request waits for the table where a remembered answer may stand in for its own.
    first_timeout_seconds: how long where none may: a key that was never asked for, as at the first call of the day;
        not while the table is known to be silent.
    """

    def __init__(
        self,
        find: Callable[[str], StoredKey | None],
        bootstrap: str | None,
        cache_seconds: float,
        timeout_seconds: float = 5.0,
        grace_seconds: float = 0.0,
        first_timeout_seconds: float = 5.0,
    ) -> None:
        self._find = find
        self._bootstrap = hashlib.sha256(bootstrap.encode()).digest() if bootstrap else None
        self._cache_seconds, self._grace_seconds = cache_seconds, grace_seconds
        self._timeout_seconds, self._first_timeout_seconds = timeout_seconds, first_timeout_seconds
        self._calls = BoundedCalls("key", first_timeout_seconds)
        self._silent_until = float("-inf")
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._asked: dict[bytes, Future[Caller | None]] = {}
        self._lock = threading.Lock()

    async def identify(self, key: str) -> Caller | None:
        """The caller, or None where the key is not known.

        Raises
        ------
        StoreSilentError: the table does not answer, and did not tell of the key of late.
        """
        if not key or len(key) > MAX_KEY_LENGTH:
            return None
        digest = hashlib.sha256(key.encode()).digest()
        if self._bootstrap is not None and hmac.compare_digest(digest, self._bootstrap):
            return Caller("bootstrap", "admin")
        known = self._known.get(digest)
        if known is not None and known.until > time.monotonic():
            return known.caller
        stand_in = self._stand_in(known)
        may_wait = stand_in is None and time.monotonic() >= self._silent_until
        allowed = self._first_timeout_seconds if may_wait else self._timeout_seconds
        try:
            return await asyncio.wait_for(asyncio.shield(self._answer_for(digest, key)), allowed)
        except Exception as error:
            self._silent_until = time.monotonic() + SILENT_SECONDS
            if stand_in is None:
                raise StoreSilentError("The key store must answer, but does not; try again soon.") from error
            self._remember(digest, replace(stand_in, until=time.monotonic() + self._cache_seconds))
            return stand_in.caller

    def _stand_in(self, known: _Known | None) -> _Known | None:
        """What may be answered instead of the table."""
        if known is None or known.caller is None or time.monotonic() - known.found_at > self._grace_seconds:
            return None
        return known

    def _answer_for(self, digest: bytes, key: str) -> asyncio.Future[Caller | None]:
        """The table's answer; those who come meanwhile wait for the same one."""
        with self._lock:
            asked = self._asked.get(digest)
            if asked is None:
                asked = self._asked[digest] = self._calls.submit(self._look_up, digest, key)
        return asyncio.wrap_future(asked)

    def _look_up(self, digest: bytes, key: str) -> Caller | None:
        try:
            stored = self._find(key)
            caller = None if stored is None else Caller(stored.name, stored.role, stored.scope, stored.prefix)
            self._remember(digest, _Known(caller, time.monotonic() + self._cache_seconds, time.monotonic()))
            return caller
        finally:
            with self._lock:
                self._asked.pop(digest, None)

    def _remember(self, digest: bytes, known: _Known) -> None:
        with self._lock:
            self._known[digest] = known
            self._known.move_to_end(digest)
            while len(self._known) > MAX_CACHED_KEYS:
                self._known.popitem(last=False)
