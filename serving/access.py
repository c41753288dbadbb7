"""Who may call what: decided on the ASGI scope, before anything else, so that no route can be forgotten."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as AsgiScope

from serving.errors import (
    ForbiddenError,
    MethodNotAllowedError,
    NotFoundError,
    TooManyRequestsError,
    UnauthorisedError,
)
from serving.key_ring import KeyRing
from serving.operations import Operation, OperationTable
from serving.permissions import PUBLIC, roles_of
from serving.rate_limit import RateLimit
from serving.request_note import Caller, RequestNote


class Access:
    """ASGI layer: 401, 429, 404, 405 and 403, in that order, so that a stranger does not learn which routes exist."""

    def __init__(
        self,
        app: ASGIApp,
        table: OperationTable,
        key_ring: Callable[[], KeyRing],
        rate_limit: Callable[[], RateLimit],
        visitor: Callable[[AsgiScope], Awaitable[Caller | None]] | None = None,
    ) -> None:
        self.app = app
        self.table = table
        self.key_ring = key_ring
        self.rate_limit = rate_limit
        self.visitor = visitor  # who a page's session cookie belongs to

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Let the request pass, or raise what forbids it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        note = RequestNote.of(scope)
        match = self.table.find(scope["path"])
        operations = match.by_method if match else {}
        if not operations or not all(_is_public(operation) for operation in operations.values()):
            note.caller = await self._caller(scope, operations)
        if match is None:
            raise NotFoundError("There is no such route; /docs.json lists them.", code="route_not_found")
        note.operation = operation = _of_method(operations, scope["method"])
        note.path_params = match.params
        _check_permission(operation, note.caller)
        # BentoML labels its metrics with the path: the template in its place keeps the number of labels bounded.
        await self.app({**scope, "path": operation.path}, receive, send)

    async def _caller(self, scope: AsgiScope, operations: dict[str, Operation]) -> Caller:
        header = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        scheme, _, key = header.decode("latin-1").partition(" ")
        caller = await self.key_ring().identify(key.strip()) if scheme.lower() == "bearer" else None
        # A cookie opens pages only, and paths that lead nowhere: other sites can have it sent to the API's routes.
        if not header and self.visitor is not None and all(operation.is_page for operation in operations.values()):
            caller = await self.visitor(scope)
        if caller is None:
            given = "a key that is not valid" if key else "none"
            raise UnauthorisedError(f"A valid key must be given as 'Authorization: Bearer KEY', but got {given}.")
        if wait := self.rate_limit().take(caller.prefix or caller.name):
            error = TooManyRequestsError(f"A key must call less often than this; try again in {wait:.2f} s.")
            error.retry_after_seconds = math.ceil(wait)  # type: ignore[misc]  # (this one's own pause)
            raise error
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
