"""Who may call what: decided on the ASGI scope, before anything else, so that no route can be forgotten."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as AsgiScope

from crm_core.access import Scope
from serving.errors import ForbiddenError, MethodNotAllowedError, NotFoundError, UnauthorisedError
from serving.operations import Operation, OperationTable
from serving.permissions import PUBLIC, roles_of
from serving.request_note import Caller, RequestNote

MAX_KEY_LENGTH = 200
MAX_CACHED_KEYS = 10_000


class StoredKey(Protocol):
    """What the key table tells of a key."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def role(self) -> str: ...  # noqa: D102
    @property
    def scope(self) -> Scope: ...  # noqa: D102


class KeyRing:
    """Finds the caller of a key; remembers for a few seconds, unknown keys too, by hash and never in clear.

    Parameters
    ----------
    find: looks a key up in its table; may block.
    bootstrap: the key of the settings, with role admin; None: there is none.
    cache_seconds: how long a withdrawn key may still work.
    """

    def __init__(self, find: Callable[[str], StoredKey | None], bootstrap: str | None, cache_seconds: float) -> None:
        self._find = find
        self._bootstrap = hashlib.sha256(bootstrap.encode()).digest() if bootstrap else None
        self._cache_seconds = cache_seconds
        self._cache: OrderedDict[bytes, tuple[float, Caller | None]] = OrderedDict()
        self._lock = threading.Lock()

    async def identify(self, key: str) -> Caller | None:
        """The caller, or None where the key is not known."""
        if not key or len(key) > MAX_KEY_LENGTH:
            return None
        digest = hashlib.sha256(key.encode()).digest()
        if self._bootstrap is not None and hmac.compare_digest(digest, self._bootstrap):
            return Caller("bootstrap", "admin")
        cached = self._cache.get(digest)
        if cached is not None and cached[0] > time.monotonic():
            return cached[1]
        stored = await run_in_threadpool(self._find, key)
        caller = None if stored is None else Caller(stored.name, stored.role, stored.scope)
        self._remember(digest, caller)
        return caller

    def _remember(self, digest: bytes, caller: Caller | None) -> None:
        with self._lock:
            self._cache[digest] = (time.monotonic() + self._cache_seconds, caller)
            self._cache.move_to_end(digest)
            while len(self._cache) > MAX_CACHED_KEYS:
                self._cache.popitem(last=False)


class Access:
    """ASGI layer: 401, 404, 405 and 403, in that order, so that a stranger does not learn which routes exist."""

    def __init__(self, app: ASGIApp, table: OperationTable, key_ring: Callable[[], KeyRing]) -> None:
        self.app = app
        self.table = table
        self.key_ring = key_ring

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Let the request pass, or raise what forbids it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        note = RequestNote.of(scope)
        match = self.table.find(scope["path"])
        operations = match.by_method if match else {}
        if not operations or not all(_is_public(operation) for operation in operations.values()):
            note.caller = await self._caller(scope)
        if match is None:
            raise NotFoundError("There is no such route; /docs.json lists them.", code="route_not_found")
        note.operation = operation = _of_method(operations, scope["method"])
        note.path_params = match.params
        _check_permission(operation, note.caller)
        # BentoML labels its metrics with the path: the template in its place keeps the number of labels bounded.
        await self.app({**scope, "path": operation.path}, receive, send)

    async def _caller(self, scope: AsgiScope) -> Caller:
        header = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        scheme, _, key = header.decode("latin-1").partition(" ")
        caller = await self.key_ring().identify(key.strip()) if scheme.lower() == "bearer" else None
        if caller is None:
            given = "a key that is not valid" if key else "none"
            raise UnauthorisedError(f"A valid key must be given as 'Authorization: Bearer KEY', but got {given}.")
        return caller


def _of_method(operations: dict[str, Operation], method: str) -> Operation:
    operation = operations.get("GET" if method == "HEAD" else method)
    if operation is None:
        allowed = [*operations, *(["HEAD"] if "GET" in operations else [])]
        raise MethodNotAllowedError(f"The method must be {' or '.join(sorted(allowed))}, but got {method}.", allowed)
    return operation


def _is_public(operation: Operation) -> bool:
    return roles_of(operation.method, operation.path) == PUBLIC


def _check_permission(operation: Operation, caller: Caller | None) -> None:
    if _is_public(operation):
        return
    allowed, role = roles_of(operation.method, operation.path), caller.role if caller else "none"
    if role not in allowed:
        named = ", ".join(sorted(allowed)) or "none that there is"
        raise ForbiddenError(f"The key's role must be one that may call this ({named}), but is '{role}'.")
