"""One canonical column: its source values to stored values, and the rule that the bad ones break."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from crm_core.intake import numbers, words
from crm_core.intake.moments import local_dates, parse_moments
from crm_core.schema import Field

Mask = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Reading:
    """How an export is read: zone of naive moments, longest text kept, stages of the funnel, decimal mark."""

    zone: str
    max_text_length: int
    stages: Sequence[str]
    currency: str
    decimal: str = "."


@dataclass(frozen=True)
class Converted:
    """A column in its stored form (moments and dates as ISO words); `faults` are pairs of mask and rule."""

    values: pa.Array
    faults: list[tuple[Mask, str]]


def convert_field(field: Field, values: pa.Array, reading: Reading, form: str | None) -> Converted:
    """Stored values of one column. Null is never bad here: see `missing`."""
    choices = tuple(reading.stages) if field.name == "stage" else field.choices
    if choices:
        return _choice(field, values, choices)
    return _CONVERTERS[field.kind](field, values, reading, form)


def missing(field: Field, values: pa.Array) -> tuple[Mask, str] | None:
    """The fault of a required column's nulls."""
    if not field.is_required or values.null_count == 0:
        return None
    return ~np.asarray(values.is_valid()), f"{field.name} is required"


def _text(field: Field, values: pa.Array, reading: Reading, _form: str | None) -> Converted:
    if field.is_id:
        texts = words.as_words(values)
        is_long = words.longer_than(texts, words.MAX_ID_LENGTH)
        return Converted(texts, [(is_long, f"{field.name} must have at most {words.MAX_ID_LENGTH} characters")])
    if field.is_currency:
        codes = words.by_distinct(words.as_words(values), _currency_code, pa.string())
        return Converted(codes, [(_lost(values, codes), f"{field.name} must be an ISO 4217 code such as CNY")])
    return Converted(words.to_texts(values, reading.max_text_length), [])


def _currency_code(word: str) -> str | None:
    code = {"¥": "CNY", "￥": "CNY", "RMB": "CNY", "人民币": "CNY"}.get(word.upper(), word.upper())
    return code if len(code) == 3 and code.isascii() and code.isalpha() else None


def _choice(field: Field, values: pa.Array, choices: tuple[str, ...]) -> Converted:
    by_lower = {choice.lower(): choice for choice in choices}
    found = words.by_distinct(words.as_words(values), lambda word: by_lower.get(word.lower()), pa.string())
    return Converted(found, [(_lost(values, found), f"{field.name} must be one of {', '.join(choices)}")])


def _moment(field: Field, values: pa.Array, reading: Reading, form: str | None) -> Converted:
    moments = parse_moments(values, reading.zone, form)
    return Converted(moments.array().cast(pa.string()), [(moments.is_bad, _moment_rule(field, form))])


def _date(field: Field, values: pa.Array, reading: Reading, form: str | None) -> Converted:
    moments = parse_moments(values, reading.zone, form)
    return Converted(local_dates(moments, reading.zone), [(moments.is_bad, _moment_rule(field, form))])


def _moment_rule(field: Field, form: str | None) -> str:
    noun = "a date" if field.kind == "date" else "a moment"
    how = f"of the form {form}" if form else "in ISO 8601 (or of a form named under formats)"
    return f"{field.name} must be {noun} in the years 1900 to 2200 {how}"


def _money(field: Field, values: pa.Array, reading: Reading, _form: str | None) -> Converted:
    cents, is_bad = numbers.to_cents(numbers.with_point(values, reading.decimal))
    return Converted(cents, [(is_bad, f"{field.name} must be an amount such as 1234{reading.decimal}50")])


def _integer(field: Field, values: pa.Array, reading: Reading, _form: str | None) -> Converted:
    found, is_bad = numbers.to_integers(numbers.with_point(values, reading.decimal))
    return Converted(found, [(is_bad, f"{field.name} must be a whole number")])


def _real(field: Field, values: pa.Array, reading: Reading, _form: str | None) -> Converted:
    found, is_bad = numbers.to_reals(numbers.with_point(values, reading.decimal))
    faults = [(is_bad, f"{field.name} must be a finite number")]
    real = np.asarray(found.cast(pa.float64()).fill_null(np.nan))
    with np.errstate(invalid="ignore"):
        if field.high is not None:
            faults.append(
                ((real < field.low) | (real > field.high), f"{field.name} must be {field.low:g} to {field.high:g}")
            )
        elif field.low is not None:
            faults.append((real < field.low, f"{field.name} must be at least {field.low:g}"))
    return Converted(found, faults)


def _boolean(field: Field, values: pa.Array, _reading: Reading, _form: str | None) -> Converted:
    found, is_bad = words.to_booleans(values)
    return Converted(found, [(is_bad, f"{field.name} must be yes or no (true/false, 1/0)")])


def _lost(before: pa.Array, after: pa.Array) -> Mask:
    lost: Mask = np.asarray(before.is_valid()) & ~np.asarray(after.is_valid())
    return lost


_CONVERTERS: dict[str, Callable[[Field, pa.Array, Reading, str | None], Converted]] = {
    "text": _text,
    "moment": _moment,
    "date": _date,
    "money": _money,
    "integer": _integer,
    "real": _real,
    "boolean": _boolean,
}
