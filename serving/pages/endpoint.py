"""From a request to a page: visitor, form, turn in a thread, and errors as pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from crm_core.errors import CrmError
from features.errors import FeatureError
from scoring.errors import ScoringError
from serving import metrics
from serving.answers import error_response
from serving.error_form import in_our_terms, internal_error
from serving.errors import NotFoundError, RequestError, UnavailableError
from serving.pages.desk import Desk
from serving.pages.error_page import error_page
from serving.pages.errors_layer import is_browser
from serving.pages.form import check_origin, read_form
from serving.pages.page_request import PageRequest
from serving.pages.visitor import Visitor
from serving.pages.visitors import visitor_of
from serving.request_note import RequestNote

Handler = Callable[[PageRequest, Desk], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def page(handler: Handler) -> Endpoint:
    """An endpoint that makes a page in a thread of the desk's; whatever goes wrong becomes a page too."""

    @wraps(handler)
    async def endpoint(request: Request) -> Response:
        note, visitor = RequestNote.of(request.scope), visitor_of(request.scope)
        note.is_error_formed = True  # what is answered from here on is a page, also where its status is an error's
        try:
            return await _answer(handler, request, visitor)
        except RequestError as raised:
            error = raised
        except (CrmError, FeatureError, ScoringError) as raised:
            is_missing = raised.http_status == HTTPStatus.NOT_FOUND
            error = NotFoundError(str(raised)) if is_missing else in_our_terms(raised, note)
        except Exception as raised:
            error = internal_error(note, raised)
        return _told(error, request, visitor)

    return endpoint


async def _answer(handler: Handler, request: Request, visitor: Visitor) -> Response:
    desk: Desk | None = request.app.state.runtime.pages
    if desk is None:
        raise UnavailableError("The pages must have been started with the service, but were not.")
    note, form = RequestNote.of(request.scope), {}
    if request.method == "POST":
        form = await read_form(request, desk.settings.serving.body_timeout_seconds)
        check_origin(request.scope, visitor, form)
    asked = PageRequest(visitor, dict(request.query_params), form, note.path_params, request.scope)
    is_sign_in = note.operation is not None and note.operation.path.startswith("/sign-in")
    lane = desk.door if is_sign_in else desk.lane
    return await lane.take(note.arrived_at, handler, asked, desk)


def _told(error: RequestError, request: Request, visitor: Visitor) -> Response:
    note = RequestNote.of(request.scope)
    note.is_error_formed = True
    note.log["code"] = error.error_code
    metrics.ERRORS.labels(error.error_code).inc()
    return error_page(error, visitor) if is_browser(request.scope) else error_response(error)
