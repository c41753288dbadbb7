"""From rows to the numbers a model reads: the same rules for a frame and for one row."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.errors import FeatureMissingError
from scoring.feature_spec import FeatureSpec

NAN = float("nan")
MANY_ROWS = 8  # from which converting columns is quicker than rows


def encode_frame(specs: Sequence[FeatureSpec], frame: pd.DataFrame) -> NDArray[np.float32]:
    """Numbers of every row, [n rows, k features], NaN where missing.

    Raises
    ------
    FeatureMissingError: the frame lacks a column of the model.
    """
    if absent := [spec.name for spec in specs if spec.name not in frame.columns]:
        raise FeatureMissingError(f"The rows must have every column of the model, but lack {', '.join(absent)}.")
    encoded = np.empty((len(frame), len(specs)), dtype=np.float32)
    for column, spec in enumerate(specs):
        encoded[:, column] = _encode_column(spec, frame[spec.name])
    return encoded


def encode_row(specs: Sequence[FeatureSpec], values: Mapping[str, Any]) -> NDArray[np.float32]:
    """Numbers of one row, [1, k features]; an absent key is a missing value. No pandas: this is the hot path."""
    return np.array([[_encode_value(spec, values.get(spec.name)) for spec in specs]], dtype=np.float32)


def encode_rows(specs: Sequence[FeatureSpec], rows: Sequence[Mapping[str, Any]]) -> NDArray[np.float32]:
    """Numbers of rows, [n, k features]: those of `encode_row`, number columns of many rows converted together."""
    if len(rows) < MANY_ROWS:
        return np.concatenate([encode_row(specs, row) for row in rows])
    encoded = np.empty((len(rows), len(specs)), dtype=np.float32)
    for column, spec in enumerate(specs):
        values = [row.get(spec.name) for row in rows]
        encoded[:, column] = _encode_numbers(values) if spec.kind == "number" else _encode_texts(spec, values)
    return encoded


def as_category(value: Any) -> str | None:
    """A value as the text under which a category is learnt; None when missing.

    >>> as_category(True), as_category(3.0), as_category(float("nan"))
    ('true', '3', None)
    """
    if isinstance(value, str):
        return value or None
    if (
        value is None
        or value is pd.NaT
        or value is pd.NA
        or (isinstance(value, float | np.floating) and math.isnan(value))
    ):
        return None
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    # A column of whole numbers becomes floats as soon as one is missing: both must read the same.
    return str(int(value)) if isinstance(value, float | np.floating) and float(value).is_integer() else str(value)


def as_number(value: Any) -> float:
    """A value as a float32-representable number; NaN when missing, infinite or no number at all.

    >>> as_number("3.5"), as_number(True), as_number("soon")
    (3.5, 1.0, nan)
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        return NAN
    return number if abs(number) < 3.0e38 else NAN


def _encode_value(spec: FeatureSpec, value: Any) -> float:
    if spec.kind == "number":
        return as_number(value)
    text = as_category(value)
    return NAN if text is None else spec.codes.get(text, spec.other_code)


def _encode_numbers(values: list[Any]) -> NDArray[np.float64]:
    try:
        numbers = np.array(values, dtype=np.float64)  # None becomes NaN
    except (TypeError, ValueError):
        return np.array([as_number(value) for value in values])
    return np.where(np.abs(numbers) < 3.0e38, numbers, NAN)


def _encode_texts(spec: FeatureSpec, values: list[Any]) -> NDArray[np.float64]:
    """Each distinct text is looked up once; what is no text has no business in a set: True equals 1 there."""
    codes = {value: _encode_value(spec, value) for value in {value for value in values if isinstance(value, str)}}
    return np.array([codes[value] if isinstance(value, str) else _encode_value(spec, value) for value in values])


def _encode_column(spec: FeatureSpec, column: pd.Series) -> NDArray[np.float64]:
    if spec.kind == "number":
        return numbers_of(column)
    # Each distinct value is looked up once.
    codes, distinct = pd.factorize(column, use_na_sentinel=True)
    known = np.array([*(_encode_value(spec, value) for value in distinct), NAN])
    return known[codes]  # the sentinel -1 is the NaN at the end


def numbers_of(column: pd.Series) -> NDArray[np.float64]:
    """A column as floats, NaN where missing, infinite or no number."""
    if column.dtype.kind in "fiub":
        numbers = column.to_numpy(dtype=np.float64)
    else:
        numbers = np.fromiter((as_number(value) for value in column), dtype=np.float64, count=len(column))
    return np.where(np.abs(numbers) < 3.0e38, numbers, NAN)
