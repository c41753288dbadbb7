"""Attribute values as JSON, one fragment `"slug":value` each."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_core.intake.attribute_kinds import NUMBER
from crm_core.intake.moments import parse_moments
from crm_core.intake.words import BOOLEAN_WORDS, as_words

_SYMBOLS = str.maketrans("", "", ",¥￥$€£")


@dataclass(frozen=True)
class Fragments:
    """`json`: one `"slug":value` per row, None where null. `misfits`: distinct words that were not of the kind."""

    json: list[str | None]
    misfits: list[str]


def fragments(slug: str, parsed_as: str, values: pa.Array, zone: str, max_length: int) -> Fragments:
    """Values of a column in the kind it is parsed as; a value that does not fit is kept as a JSON string."""
    words = pc.utf8_slice_codeunits(_comparable(values), 0, max_length)
    coded = words.dictionary_encode()
    distinct = coded.dictionary
    found = _ENCODERS[parsed_as](distinct, zone)
    misfits = [word for word, value in zip(distinct.to_pylist(), found, strict=True) if value is None]
    start = json.dumps(slug, ensure_ascii=False) + ":"
    texts = [
        start + (value if value is not None else json.dumps(word, ensure_ascii=False))
        for word, value in zip(distinct.to_pylist(), found, strict=True)
    ]
    return Fragments(pa.array(texts, pa.string()).take(coded.indices).to_pylist(), misfits)


def _comparable(values: pa.Array) -> pa.Array:
    if pa.types.is_floating(values.type):
        finite = pc.is_finite(values)
        values = pc.if_else(finite, values, pa.scalar(None, values.type))
    return as_words(values)


def _numbers(distinct: pa.Array, _zone: str) -> list[str | None]:
    fits = np.asarray(pc.match_substring_regex(distinct, NUMBER))
    return [_number(word) if fit else None for word, fit in zip(distinct.to_pylist(), fits.tolist(), strict=True)]


def _number(word: str) -> str | None:
    value = float(word.translate(_SYMBOLS))
    if value in {float("inf"), float("-inf")}:
        return None
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _booleans(distinct: pa.Array, _zone: str) -> list[str | None]:
    found: list[Any] = [BOOLEAN_WORDS.get(word.lower()) for word in distinct.to_pylist()]
    return [None if value is None else str(value).lower() for value in found]


def _moments(distinct: pa.Array, zone: str) -> list[str | None]:
    moments = parse_moments(distinct, zone)
    stamps = pc.strftime(moments.array(), format="%Y-%m-%dT%H:%M:%SZ").to_pylist()
    return [None if stamp is None else f'"{stamp.replace(".000000", "")}"' for stamp in stamps]


def _words(distinct: pa.Array, _zone: str) -> list[str | None]:
    return [json.dumps(word, ensure_ascii=False) for word in distinct.to_pylist()]


_ENCODERS: dict[str, Callable[[pa.Array, str], list[str | None]]] = {
    "number": _numbers,
    "boolean": _booleans,
    "moment": _moments,
    "category": _words,
    "text": _words,
}
