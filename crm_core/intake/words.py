"""Words: nulls, values by table, booleans, ids and texts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Mask = np.ndarray[Any, np.dtype[np.bool_]]

MAX_ID_LENGTH = 200
BOOLEAN_WORDS = {
    **dict.fromkeys(("true", "yes", "y", "t", "是", "有"), True),
    **dict.fromkeys(("false", "no", "n", "f", "否", "无"), False),
}
BOOLEANS = {**BOOLEAN_WORDS, "1": True, "0": False, "1.0": True, "0.0": False}


def without_nulls(values: pa.Array, nulls: Collection[str]) -> pa.Array:
    """Words trimmed, and those that mean nothing as null; typed columns as they are."""
    if pa.types.is_null(values.type):
        return pa.nulls(len(values), pa.string())
    if not pa.types.is_string(values.type):
        return values
    trimmed = pc.utf8_trim_whitespace(values)
    return pc.if_else(pc.is_in(trimmed, value_set=pa.array(["", *nulls], pa.string())), None, trimmed)


def as_words(values: pa.Array) -> pa.Array:
    """Any column as words, the same whether it came as CSV or typed: 13085.0 is 13085, yes is true."""
    kind = values.type
    if pa.types.is_string(kind):
        return values
    if pa.types.is_floating(kind):
        return pa.array([None if v is None else _real_word(v) for v in values.to_pylist()], pa.string())
    if pa.types.is_timestamp(kind):
        times = values.cast(pa.timestamp("us", tz=kind.tz), safe=False)
        suffix = "Z" if kind.tz else ""
        return pc.binary_join_element_wise(times.cast(pa.timestamp("us")).cast(pa.string()), pa.scalar(suffix), "")
    if pa.types.is_binary(kind):
        return pc.cast(values, pa.string(), safe=False)
    return values.cast(pa.string())


def _real_word(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def by_distinct(values: pa.Array, function: Callable[[str], Any], kind: pa.DataType) -> pa.Array:
    """A function of words over a column, computed once for each distinct word; null stays null."""
    coded = values.dictionary_encode()
    results = pa.array([function(word) for word in coded.dictionary.to_pylist()], kind)
    return results.take(coded.indices)


def translated(values: pa.Array, table: Mapping[str, str]) -> pa.Array:
    """Words replaced by a mapping's `values`; a word that is not in it stays. A null replacement means null."""
    words = as_words(values)
    return by_distinct(words, lambda word: table.get(word, word), pa.string())


def to_booleans(values: pa.Array) -> tuple[pa.Array, Mask]:
    """Yes or no, and which values are neither."""
    if pa.types.is_boolean(values.type):
        return values, np.zeros(len(values), bool)
    found = by_distinct(as_words(values), lambda word: BOOLEANS.get(word.lower()), pa.bool_())
    return found, np.asarray(values.is_valid()) & ~np.asarray(found.is_valid())


def to_texts(values: pa.Array, max_length: int) -> pa.Array:
    """Words cut at `max_length` characters."""
    return pc.utf8_slice_codeunits(as_words(values), 0, max_length)


def longer_than(values: pa.Array, limit: int) -> Mask:
    """Which words have more than `limit` characters."""
    return np.asarray(pc.fill_null(pc.greater(pc.utf8_length(values), limit), False))
