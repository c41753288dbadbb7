"""The layers around the application, outermost first: log, error form, access, body limits."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp

from serving.access import Access
from serving.error_form import ErrorForm
from serving.limits import BodyLimits
from serving.operations import OperationTable
from serving.request_log import RequestLog
from serving.runtime import Runtime


def guarded(app: ASGIApp, runtime: Callable[[], Runtime]) -> ASGIApp:
    """`app` behind every layer; `runtime` gives what the worker holds once it has started."""
    limited = BodyLimits(app, runtime)
    allowed = Access(limited, OperationTable(), lambda: runtime().key_ring)
    return RequestLog(ErrorForm(allowed))
