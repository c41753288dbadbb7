"""Numbers out of words or typed columns: amounts in cents, whole and real numbers."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_core.intake.words import as_words

Mask = np.ndarray[Any, np.dtype[np.bool_]]

# Groups of three, or none: "1,234.50" is a number and "1,5" is not, for a decimal comma would be read a hundredfold.
_DIGITS = r"(\d{1,3}([,，]\d{3})+|\d{1,15})"
_AMOUNT = rf"^[+-]?(CNY|RMB)? ?[¥￥$€£]? ?[+-]?{_DIGITS}?(\.\d{{0,20}})? ?(元|CNY|RMB)?$"
_INTEGER = rf"^[+-]?{_DIGITS}(\.0+)?$"
_REAL = r"^[+-]?((\d{1,3}(,\d{3})+|\d+)(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$"
_CENT = Decimal("0.01")
_MAX_UNITS = 10**15


def with_point(values: pa.Array, decimal: str) -> pa.Array:
    """Words written with a decimal comma in the form that the others here read; typed columns stay.

    >>> with_point(pa.array(["1.234,50", "12.5"]), ",").to_pylist()  # the second is none where the point groups
    ['1,234.50', '12,5']
    """
    if decimal == "." or not pa.types.is_string(values.type):
        return values
    for old, new in ((",", "\0"), (".", ","), ("\0", ".")):
        values = pc.replace_substring(values, old, new)
    return values


def product(prices: pa.Array, pieces: pa.Array, decimal: str = ".") -> pa.Array:
    """Amounts of lines as words with that decimal mark: price times number of pieces, before anything is rounded to
    cents. Where either is none, the price stays as it stands: what is wrong is told by the column's own rule.

    >>> product(pa.array(["0.042", "£2.50", "x"]), pa.array(["1,000", "-3", "1"])).to_pylist()
    ['42.000000', '-7.500000', 'x']
    """
    texts = as_words(prices)
    plain, counts = _plain(texts, decimal), _plain(as_words(pieces), decimal)
    found = [
        word if price is None or count is None else f"{price * count:.6f}".replace(".", decimal)
        for word, price, count in zip(texts.to_pylist(), plain, counts, strict=True)
    ]
    return pa.array(found, pa.string())


def _plain(words: pa.Array, decimal: str) -> list[Decimal | None]:
    pointed = with_point(words, decimal)
    is_good = _matches(pointed, _AMOUNT) & _matches(pointed, r"\d")
    digits = pc.replace_substring_regex(pointed, r"[^0-9.+-]", "")
    return [Decimal(word) if good else None for word, good in zip(digits.to_pylist(), is_good.tolist(), strict=True)]


def to_cents(values: pa.Array) -> tuple[pa.Array, Mask]:
    """Integer cents, half a cent rounded away from zero, and which values are none (text, infinite, too large)."""
    kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        units = np.asarray(values.cast(pa.float64(), safe=False).fill_null(0.0))
        is_bad = ~(np.abs(units) < _MAX_UNITS) & np.asarray(values.is_valid())
        cents = np.sign(units) * np.floor(np.abs(np.where(is_bad, 0, units)) * 100 + 0.5 + 1e-9)
        return _masked(cents.astype("int64"), values, is_bad), is_bad
    if pa.types.is_decimal(kind):
        values = values.cast(pa.string())
    if not pa.types.is_string(kind) and not pa.types.is_decimal(kind):
        return _none(values)
    has_digit = _matches(values, r"\d")
    is_good = _matches(values, _AMOUNT) & has_digit
    plain = pc.replace_substring_regex(values, r"[^0-9.+-]", "")
    found = [_cents(word) if good else None for word, good in zip(plain.to_pylist(), is_good.tolist(), strict=True)]
    return pa.array(found, pa.int64()), np.asarray(values.is_valid()) & np.array([f is None for f in found], bool)


def _cents(word: str) -> int | None:
    try:
        return int((Decimal(word) / _CENT).quantize(Decimal(1), ROUND_HALF_UP))
    except ArithmeticError:  # two signs
        return None


def to_integers(values: pa.Array) -> tuple[pa.Array, Mask]:
    """Whole numbers, and which values are none."""
    kind = values.type
    if pa.types.is_integer(kind):
        is_bad = np.asarray(pc.fill_null(pc.greater(values.cast(pa.float64(), safe=False), 9.2e18), False))
        return pc.if_else(pa.array(~is_bad), values, None).cast(pa.int64()), is_bad
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        real = np.asarray(values.cast(pa.float64(), safe=False).fill_null(0.0))
        is_bad = ~((np.abs(real) < _MAX_UNITS) & (np.floor(real) == real))
        return _masked(np.where(is_bad, 0, real).astype("int64"), values, is_bad), is_bad & np.asarray(
            values.is_valid()
        )
    if not pa.types.is_string(kind):
        return _none(values)
    is_good = _matches(values, _INTEGER)
    plain = pc.replace_substring_regex(pc.replace_substring_regex(values, r"\.0+$", ""), r"[^0-9-]", "")
    return pc.if_else(pa.array(is_good), plain, None).cast(pa.int64()), ~is_good & np.asarray(values.is_valid())


def to_reals(values: pa.Array) -> tuple[pa.Array, Mask]:
    """Finite numbers, and which values are none."""
    kind = values.type
    present = np.asarray(values.is_valid())
    if pa.types.is_string(kind):
        is_word = _matches(values, _REAL)
        plain = pc.replace_substring_regex(values, r"^\+|,", "")
        values = pc.if_else(pa.array(is_word), plain, None).cast(pa.float64(), safe=False)
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        return _none(values)
    real = np.asarray(values.cast(pa.float64(), safe=False).fill_null(np.nan))
    is_bad = present & ~np.isfinite(real)
    return pa.array(real, pa.float64(), mask=~np.isfinite(real)), is_bad


def _matches(values: pa.Array, pattern: str) -> Mask:
    return np.asarray(pc.fill_null(pc.match_substring_regex(values, pattern), False))


def _masked(numbers: Any, values: pa.Array, is_bad: Mask) -> pa.Array:
    return pa.array(numbers, mask=is_bad | ~np.asarray(values.is_valid()))


def _none(values: pa.Array) -> tuple[pa.Array, Mask]:
    """A column of a type that holds no numbers: all that is there is bad."""
    return pa.nulls(len(values), pa.int64()), np.asarray(values.is_valid())
