"""Errors of the scoring service.

ServingError                     500   root
├── StartError                   500   the service cannot start; told on the command line
│   ├── PortTakenError           500
│   ├── NoChampionError          503
│   └── NotReadyError            503   the service did not become ready in time
└── RequestError                       answered to the caller as {"error": {"code", "message", "details"}}
    ├── BadRequestError          400
    ├── UnauthorisedError        401
    ├── ForbiddenError           403
    ├── NotFoundError            404
    ├── MethodNotAllowedError    405
    ├── BodyTimeoutError         408
    ├── ConflictError            409
    ├── BodyTooLargeError        413
    ├── UnsupportedMediaError    415
    ├── UnprocessableError       422
    ├── TooManyRequestsError     429   with Retry-After
    ├── InternalError            500
    └── UnavailableError         503   with Retry-After
        ├── OverloadedError      503   more requests than can be answered in good time
        └── StoreSilentError     503   a store does not answer
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class ServingError(Exception):
    """Root of everything the service raises."""

    http_status: ClassVar[int] = 500


class StartError(ServingError):
    """The service cannot start."""


class PortTakenError(StartError):
    """Another program listens on the port."""


class NoChampionError(StartError):
    """No model has been promoted, so there is nothing to serve."""

    http_status = 503


class NotReadyError(StartError):
    """The service did not become ready in the time allowed."""

    http_status = 503


class RequestError(ServingError):
    """What is answered in the place of a result.

    Parameters
    ----------
    message: the rule, then what was got; never personal data, never a key.
    code: machine-readable, default the class's own.
    details: one entry per fault, each with its place.
    """

    code: ClassVar[str] = "internal"
    retry_after_seconds: ClassVar[int | None] = None

    def __init__(self, message: str, code: str | None = None, details: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.error_code = code or type(self).code
        self.details = list(details)

    def headers(self) -> dict[str, str]:
        """Headers that belong to this error."""
        return {} if self.retry_after_seconds is None else {"retry-after": str(self.retry_after_seconds)}


class BadRequestError(RequestError):
    """The request cannot be read."""

    http_status = 400
    code = "bad_request"


class UnauthorisedError(RequestError):
    """No key, or one that is not known or has expired."""

    http_status = 401
    code = "unauthorised"

    def headers(self) -> dict[str, str]:
        """RFC 9110, section 11.6.1: a 401 names the scheme."""
        return {"www-authenticate": "Bearer"}


class ForbiddenError(RequestError):
    """The key's role does not allow it."""

    http_status = 403
    code = "forbidden"


class NotFoundError(RequestError):
    """There is no such route or record."""

    http_status = 404
    code = "not_found"


class MethodNotAllowedError(RequestError):
    """The route exists, but not with this method."""

    http_status = 405
    code = "method_not_allowed"

    def __init__(self, message: str, allowed: Sequence[str]) -> None:
        super().__init__(message)
        self.allowed = sorted(allowed)

    def headers(self) -> dict[str, str]:
        """RFC 9110, section 15.5.6: a 405 lists what is allowed."""
        return {"allow": ", ".join(self.allowed)}


class BodyTimeoutError(RequestError):
    """The body did not arrive in time."""

    http_status = 408
    code = "body_timeout"

    def headers(self) -> dict[str, str]:
        """The rest of the body is not read, so the connection cannot be used again."""
        return {"connection": "close"}


class ConflictError(RequestError):
    """The request contradicts one before it."""

    http_status = 409
    code = "conflict"


class BodyTooLargeError(RequestError):
    """The body is over the limit; it was not parsed."""

    http_status = 413
    code = "body_too_large"

    def headers(self) -> dict[str, str]:
        """The rest of the body is not read, so the connection cannot be used again."""
        return {"connection": "close"}


class UnsupportedMediaError(RequestError):
    """The body is not JSON."""

    http_status = 415
    code = "unsupported_media_type"


class UnprocessableError(RequestError):
    """The body is JSON but breaks a rule; `details` says where."""

    http_status = 422
    code = "invalid_request"


class TooManyRequestsError(RequestError):
    """The key calls more often than it may."""

    http_status = 429
    code = "too_many_requests"
    retry_after_seconds = 1


class InternalError(RequestError):
    """Our fault; the log has it under the request id."""

    http_status = 500
    code = "internal"


class UnavailableError(RequestError):
    """It cannot be answered now, but may be soon."""

    http_status = 503
    code = "unavailable"
    retry_after_seconds = 5


class FiguresBeingMadeError(UnavailableError):
    """The figures of a page take longer to make than a reader should wait."""

    code = "figures_being_made"
    retry_after_seconds = 3


class OverloadedError(UnavailableError):
    """More requests came than can be answered in good time."""

    code = "overloaded"
    retry_after_seconds = 1


class StoreSilentError(UnavailableError):
    """A store does not answer, or did not of late."""

    code = "store_unavailable"
