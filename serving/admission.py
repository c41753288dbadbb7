"""Admission before anything is read: no more requests under way than the worker can answer in good time.

The outermost layer, since what it refuses must cost next to nothing: at three times its capacity a worker refuses two
requests for each that it serves.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from serving import metrics
from serving.answers import error_response
from serving.errors import OverloadedError
from serving.request_log import headers_with_ours, request_id_of

logger = logging.getLogger("funnelcast.admission")

PROBES = frozenset({"/livez", "/readyz", "/healthz", "/metrics"})
SCORING = "/score"  # how the paths of such calls end
LOG_EVERY_SECONDS = 1.0


class Admission:
    """ASGI layer: 503 with Retry-After while `queue_size` requests are under way, or, to a call for scores, while its
    turn would come too late; probes always pass.
    """

    def __init__(
        self, app: ASGIApp, queue_size: Callable[[], int], is_crowded: Callable[[], bool] = lambda: False
    ) -> None:
        self.app = app
        self.queue_size, self.is_crowded = queue_size, is_crowded
        self.count_under_way = 0
        self._count_unlogged = 0
        self._logged_at = float("-inf")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self.app(scope, receive, send)
            return
        if self.count_under_way >= self.queue_size():
            await self._refuse(scope, send, "queue_full")
            return
        if scope["path"].endswith(SCORING) and self.is_crowded():
            await self._refuse(scope, send, "queue_long")
            return
        self._count(+1)
        try:
            await self.app(scope, receive, send)
        finally:
            self._count(-1)

    def _count(self, step: int) -> None:
        self.count_under_way += step
        metrics.UNDER_WAY.set(self.count_under_way)

    async def _refuse(self, scope: Scope, send: Send, reason: str) -> None:
        metrics.SHED.labels(reason).inc()
        self._log()
        headers = [*_HEADERS, (b"x-request-id", request_id_of(scope).encode())]
        await send({"type": "http.response.start", "status": OverloadedError.http_status, "headers": headers})
        await send({"type": "http.response.body", "body": _BODY})

    def _log(self) -> None:
        """One line a second, not one per request: a flood must not become a flood of lines."""
        self._count_unlogged += 1
        now = time.monotonic()
        if now - self._logged_at >= LOG_EVERY_SECONDS:
            logger.warning("requests refused", extra={"fields": {"count": self._count_unlogged}})
            self._logged_at, self._count_unlogged = now, 0


_ANSWER = error_response(OverloadedError("Fewer requests may be under way than are now; try again soon."))
_BODY = bytes(_ANSWER.body)
_HEADERS = [pair for pair in headers_with_ours(_ANSWER.raw_headers, "") if pair[0] != b"x-request-id"]
