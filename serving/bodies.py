"""From the bytes of a body to a checked request, or to an error that says what is wrong and where."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from serving.errors import BadRequestError, UnprocessableError

MAX_FAULTS = 20  # told in one answer

Body = TypeVar("Body", bound=BaseModel)


def read_body(kind: type[Body], body: bytes, max_entities: int) -> Body:
    """The request in these bytes.

    Raises
    ------
    BadRequestError: the bytes are not JSON.
    UnprocessableError: the JSON breaks a rule; details name each place.
    """
    try:
        return kind.model_validate_json(body, context={"max_entities": max_entities})
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
        if fault["type"] == "json_invalid":
            raise BadRequestError(f"The body must be JSON. {fault['msg']}.", code="invalid_json") from None
        raise unprocessable("body", error) from None


def unprocessable(what: str, error: ValidationError) -> UnprocessableError:
    """What a caller is told of the faults of a body or query."""
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    details = [
        {"place": _place(fault["loc"]), "message": fault["msg"].removeprefix("Value error, ")} for fault in faults
    ]
    first = f"{details[0]['place']}: {details[0]['message']}"
    return UnprocessableError(
        f"The {what} has {len(details)} fault(s), the first at {first}.", details=details[:MAX_FAULTS]
    )


def _place(location: tuple[Any, ...]) -> str:
    """`leads[3].budget` for ("leads", 3, "budget"); a caller's own key is cut, lest an answer grow with it."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{str(part)[:100]}" for part in location]
    return "".join(parts).lstrip(".") or "body"
