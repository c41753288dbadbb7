"""What a page is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.types import Scope as AsgiScope

from serving.errors import UnprocessableError
from serving.pages.visitor import Visitor

MAX_TEXT = 200


@dataclass(frozen=True)
class PageRequest:
    """A visitor's request. `query` and `form` hold what was typed, unchecked; `raw` is the ASGI scope."""

    visitor: Visitor
    query: Mapping[str, str]
    form: Mapping[str, str]
    params: Mapping[str, str]
    raw: AsgiScope

    def text(self, name: str) -> str:
        """A parameter, empty where there is none.

        Raises
        ------
        UnprocessableError: it is too long.
        """
        value = self.query.get(name, "").strip()
        if len(value) > MAX_TEXT:
            raise UnprocessableError(
                f"A parameter must have at most {MAX_TEXT} characters, but {name} has {len(value)}."
            )
        return value

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number between two bounds, the default where there is none.

        Raises
        ------
        UnprocessableError: it is something else.
        """
        value = self.text(name)
        if not value:
            return default
        if not (value.isascii() and value.isdecimal()) or not low <= int(value) <= high:
            raise UnprocessableError(f"{name} must be a whole number from {low} to {high}, but got {value[:20]!r}.")
        return int(value)

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """One of some words, the first where there is none.

        Raises
        ------
        UnprocessableError: it is another.
        """
        value = self.text(name) or allowed[0]
        if value not in allowed:
            raise UnprocessableError(f"{name} must be one of {', '.join(allowed)}, but got {value[:40]!r}.")
        return value
