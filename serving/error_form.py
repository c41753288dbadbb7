"""Every error leaves in our form, wherever it came from, and no stack trace leaves."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import ClassVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crm_core.errors import CrmError
from features.errors import FeatureError
from scoring.errors import ScoringError
from serving import metrics
from serving.answers import error_response
from serving.errors import InternalError, RequestError, UnavailableError, UnprocessableError
from serving.request_log import describe_failure
from serving.request_note import RequestNote

logger = logging.getLogger("funnelcast.serving")


class ErrorForm:
    """ASGI layer: turns raised errors, and error answers that others wrote (BentoML, Starlette), into ours."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer in its place where it fails."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        note = RequestNote.of(scope)
        sender = _FormingSend(send, note)
        try:
            await self.app(scope, receive, sender)
            error = sender.foreign_error
        except RequestError as raised:
            error = raised
        except Exception as raised:
            error = sender.foreign_error or internal_error(note, raised)
        if error is not None and not sender.is_started:
            note.log["code"] = error.error_code
            metrics.ERRORS.labels(error.error_code).inc()
            await error_response(error)(scope, receive, send)


def internal_error(note: RequestNote, cause: BaseException | None = None) -> InternalError:
    """What a caller is told when it is our fault; the cause goes to the log, without its message."""
    if cause is not None:
        fields = {"request_id": note.request_id, **describe_failure(cause)}
        logger.error("request failed", extra={"fields": fields})
    return InternalError(f"The request failed on our side; the log has it as request {note.request_id}.")


def in_our_terms(error: CrmError | FeatureError | ScoringError, note: RequestNote) -> RequestError:
    """What a caller is told of an error of the rooms below: its own sentence only where it is about the request."""
    if error.http_status == HTTPStatus.UNPROCESSABLE_ENTITY:
        return UnprocessableError(str(error))
    fault = internal_error(note, error)
    if error.http_status == HTTPStatus.SERVICE_UNAVAILABLE:
        return UnavailableError("A store must answer, but does not; try again soon.", code="store_unavailable")
    return fault


class _FormingSend:
    """Withholds an error answer that is not in our form; lets everything else pass."""

    def __init__(self, send: Send, note: RequestNote) -> None:
        self.send = send
        self.note = note
        self.is_started = False
        self.foreign_error: RequestError | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if message["status"] >= HTTPStatus.BAD_REQUEST and not self.note.is_error_formed:
                self.foreign_error = ForeignError.of_status(message["status"], self.note)
            else:
                self.is_started = True
        if self.foreign_error is None:
            await self.send(message)


class ForeignError(RequestError):
    """An error answer that a library wrote, told in our form with its own status."""

    codes: ClassVar[dict[int, str]] = {status.value: status.name.lower() for status in HTTPStatus}

    @classmethod
    def of_status(cls, status: int, note: RequestNote) -> RequestError:
        """Our form of an answer with this status."""
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            return internal_error(note)
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            return UnavailableError("The service is not ready to answer; try again soon.", code="not_ready")
        error = cls(f"The request was answered with status {status}.", code=cls.codes.get(status, "error"))
        error.http_status = status  # type: ignore[misc]  # (an instance's own status, for whatever a library may send)
        return error
