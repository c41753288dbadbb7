"""Values of attributes as the lake keeps them: text that casts to the attribute's kind on every engine, or null."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

_TRUE = {"true", "yes", "y", "t", "1", "1.0", "是"}
_FALSE = {"false", "no", "n", "f", "0", "0.0", "否"}


def clean_value(kind: str, value: Any) -> str | None:
    """Text of a value of this kind, None where it is none of it.

    `kind`: number, boolean, moment, category, text, integer or cents (a decimal amount kept as integer cents).

    >>> clean_value("number", "12"), clean_value("number", "many"), clean_value("cents", "12.345")
    ('12.0', None, '1235')
    """
    if value is None or value == "":
        return None
    return _CLEANERS.get(kind, _text)(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _number(value: Any) -> str | None:
    try:
        result = float(value)
    except (TypeError, ValueError):
        return None
    return repr(result) if math.isfinite(result) else None


def _integer(value: Any) -> str | None:
    as_number = _number(value)
    return None if as_number is None else str(round(float(as_number)))


def _cents(value: Any) -> str | None:
    try:
        amount = Decimal(str(value))
        return str(int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)))
    except (InvalidOperation, ValueError):
        return None


def _boolean(value: Any) -> str | None:
    word = str(value).strip().lower()
    if word in _TRUE:
        return "1"
    return "0" if word in _FALSE else None


def _moment(value: Any) -> str | None:
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return None
    if moment.tzinfo:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(sep=" ", timespec="microseconds")


_CLEANERS: dict[str, Callable[[Any], str | None]] = {
    "number": _number,
    "integer": _integer,
    "cents": _cents,
    "boolean": _boolean,
    "moment": _moment,
}
