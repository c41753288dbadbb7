"""No type that Parquet can hold breaks an import, whatever column it stands in."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crm_core.errors import TooManyRejectedError
from tests.crm_core.conftest import Load

DAY = dt.date(2024, 1, 5)
MOMENT = dt.datetime(2024, 1, 5, 10)  # noqa: DTZ001 (a naive type is meant)
TYPES = {
    "null": pa.nulls(3),
    "bool": pa.array([True, None, False]),
    "int8": pa.array([1, None, 3], pa.int8()),
    "uint64": pa.array([1, None, 2**64 - 1], pa.uint64()),
    "int64": pa.array([2**62, None, -1]),
    "float16": pa.array(np.array([1.5, np.nan, 2.0], "float16")),
    "float32": pa.array([1.5, None, float("nan")], pa.float32()),
    "float64": pa.array([1.5, float("inf"), float("-inf")]),
    "decimal": pa.array([Decimal("1.50"), None, Decimal("-2.00")]),
    "decimal256": pa.array([Decimal("1.5"), None, Decimal("9" * 50)], pa.decimal256(60, 1)),
    "string": pa.array(["1", None, "x\0"]),
    "large_string": pa.array(["1", None, "x"], pa.large_string()),
    "binary": pa.array([b"1", None, b"\xff"]),
    "date32": pa.array([DAY, None, dt.date(9999, 12, 31)]),
    "date64": pa.array([DAY, None, DAY], pa.date64()),
    "timestamp_s": pa.array([MOMENT, None, MOMENT], pa.timestamp("s")),
    "timestamp_ns_tz": pa.array([MOMENT, None, MOMENT], pa.timestamp("ns", tz="Asia/Shanghai")),
    "timestamp_far": pa.array([10**15, None, -(10**15)], pa.timestamp("ms")),
    "time": pa.array([dt.time(10), None, dt.time(11)], pa.time64("us")),
    "duration": pa.array([5, None, 6], pa.duration("s")),
    "list": pa.array([[1], None, []]),
    "struct": pa.array([{"a": 1}, None, {"a": 2}]),
    "dictionary": pa.array(["a", None, "a"]).dictionary_encode(),
}
COLUMNS = {
    "id": ("leads", "lead_id"),
    "moment": ("leads", "created_at"),
    "text": ("leads", "industry"),
    "money": ("leads", "budget"),
    "integer": ("leads", "employee_count"),
    "attribute": ("leads", "Anything"),
    "told": ("leads", "recorded_at"),
    "real": ("reps", "weekly_capacity_hours"),
    "boolean": ("reps", "active"),
    "date": ("reps", "hired_on"),
}
BASE = {
    "leads": {"lead_id": ["a", "b", "c"], "created_at": ["2024-01-01"] * 3},
    "reps": {"rep_id": ["a", "b", "c"], "name": ["A", "B", "C"]},
}


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_of_any_type_is_read_or_its_rows_are_rejected(
    load_sqlite: Load, bundle: Path, column: str, kind: str
) -> None:
    table, name = COLUMNS[column]
    pq.write_table(pa.table({**BASE[table], name: TYPES[kind]}), bundle / f"{table}.parquet")
    try:
        counts = load_sqlite().tables[table]
    except TooManyRejectedError:
        return
    assert counts["read"] == 3
    assert load_sqlite().tables[table]["unchanged"] == counts["inserted"] + counts["unchanged"]
