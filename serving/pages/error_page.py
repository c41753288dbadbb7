"""An error as a page: what is the matter, in the visitor's language, and where to go on."""

from __future__ import annotations

from starlette.responses import Response

from serving.errors import FiguresBeingMadeError, RequestError
from serving.pages.templating import render
from serving.pages.texts import texts_of
from serving.pages.visitor import Visitor


def error_page(error: RequestError, visitor: Visitor) -> Response:
    """The page of this error, with its status and headers."""
    words = texts_of(visitor.language)
    known = next((key for key in (error.error_code, str(error.http_status)) if words.has(f"error.{key}")), "other")
    soon = error.retry_after_seconds if isinstance(error, FiguresBeingMadeError) else None
    title = words("error.title" if soon is None else "error.soon")
    response = render(
        "error.html", visitor, "", title=title, soon=soon, told=words(f"error.{known}"), detail=error.message,
        status=error.http_status,
    )  # fmt: skip
    response.status_code = error.http_status
    response.headers.update(error.headers())
    return response
