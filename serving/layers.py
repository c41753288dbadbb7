"""The layers around the application, outermost first: admission, log, trace, error form, access, body limits."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp

from serving.access import Access
from serving.admission import Admission
from serving.error_form import ErrorForm
from serving.limits import BodyLimits
from serving.operations import OperationTable
from serving.pages.errors_layer import PageErrors
from serving.pages.policy import PagePolicy
from serving.pages.visitors import visitor_finder
from serving.request_log import RequestLog
from serving.runtime import Runtime
from serving.tracing import Traced


def guarded(app: ASGIApp, runtime: Callable[[], Runtime]) -> ASGIApp:
    """`app` behind every layer; `runtime` gives what the worker holds once it has started."""
    limited = BodyLimits(app, lambda: runtime().rules)
    visitors = visitor_finder(runtime)
    allowed = Access(limited, OperationTable(), lambda: runtime().key_ring, lambda: runtime().rate_limit, visitors)
    traced = Traced(ErrorForm(PageErrors(allowed)), lambda: runtime().traces)
    return Admission(PagePolicy(RequestLog(traced)), lambda: runtime().rules.queue_size, lambda: runtime().is_crowded)
