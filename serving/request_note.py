"""What is known of one request while it passes through the layers."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.types import Scope as AsgiScope

from crm_core.access import EVERYBODYS, Scope

if TYPE_CHECKING:
    from serving.operations import Operation

_KEY = "funnelcast.note"


@dataclass(frozen=True)
class Caller:
    """Whose key it is. The key itself is never kept."""

    name: str
    role: str
    scope: Scope = EVERYBODYS  # whose leads and customers it sees
    prefix: str = ""  # of the key; several keys may have one name


@dataclass
class RequestNote:
    """Lives in the ASGI scope; one object per request, shared by copies of the scope."""

    request_id: str
    arrived_at: float = field(default_factory=time.monotonic)
    operation: Operation | None = None
    path_params: dict[str, str] = field(default_factory=dict)
    caller: Caller | None = None
    is_error_formed: bool = False  # the answer is an error already in our form
    log: dict[str, Any] = field(default_factory=dict)  # counts and codes for the request's log line

    @classmethod
    def of(cls, scope: AsgiScope) -> RequestNote:
        """The note of this request."""
        note: RequestNote = scope[_KEY]
        return note

    def put(self, scope: AsgiScope) -> None:
        """Attach the note to its request."""
        scope[_KEY] = self
