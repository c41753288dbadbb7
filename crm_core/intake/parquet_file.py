from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crm_core.errors import SourceError
from crm_core.intake.chunk import Chunk
from crm_core.intake.header import check_header


class ParquetFile:
    """A Parquet file, read by row batches; its types are honoured.

    Raises
    ------
    SourceError: not Parquet, damaged, or with a column name twice.
    """

    unit = "row"
    is_typed = True

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, path.name
        if path.stat().st_size == 0:
            raise SourceError(f"{self.name} must be a Parquet file, but is empty.")
        try:
            with pq.ParquetFile(path) as file:
                self.header, self.total = list(file.schema_arrow.names), file.metadata.num_rows
        except (pa.ArrowInvalid, OSError) as error:
            raise self._damaged(error) from None
        check_header(self.name, self.header)

    def chunks(self, chunk_rows: int) -> Iterator[tuple[Chunk, int]]:
        """Chunks of at most `chunk_rows` rows, with the rows read so far."""
        read = 0
        try:
            with pq.ParquetFile(self.path) as file:
                for batch in file.iter_batches(batch_size=chunk_rows):
                    lines = range(read + 1, read + 1 + batch.num_rows)
                    read += batch.num_rows
                    columns = zip(self.header, batch.columns, strict=True)
                    yield Chunk({name: _flat(values) for name, values in columns}, lines), read
        except (pa.ArrowInvalid, OSError) as error:
            raise self._damaged(error) from None

    def _damaged(self, error: Exception) -> SourceError:
        first = " ".join(str(error).split())[:160]
        return SourceError(f"{self.name} must be a Parquet file, but cannot be read as one: {first}")


def _flat(values: pa.Array) -> pa.Array:
    """A column as one of few types: dictionaries decoded, long types shortened, the rest as `_plain` has it."""
    if isinstance(values, pa.ExtensionArray):
        values = values.storage
    if pa.types.is_dictionary(values.type):
        return _flat(values.dictionary_decode())
    if pa.types.is_large_string(values.type) or pa.types.is_string_view(values.type):
        values = values.cast(pa.string())
    return next((plain(values) for is_such, plain in _PLAIN if is_such(values.type)), values)


def _without_nan(values: pa.Array) -> pa.Array:
    values = values.cast(pa.float64())
    return pc.if_else(pc.is_nan(values), pa.scalar(None, pa.float64()), values)


def _seconds(values: pa.Array) -> pa.Array:
    micros = values.cast(pa.duration("us"), safe=False).cast(pa.int64())
    return pc.divide(micros.cast(pa.float64(), safe=False), 1e6)


def _words(values: pa.Array) -> pa.Array:
    """Bytes as text, nested values as JSON."""
    return pa.array([None if value is None else _word(value) for value in values.to_pylist()], pa.string())


def _word(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").replace("\0", "")
    return json.dumps(value, ensure_ascii=False, default=str)


def _is_binary(kind: pa.DataType) -> bool:
    return any(
        is_such(kind) for is_such in (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
    )


_PLAIN: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.Array], pa.Array]], ...] = (
    # NUL is no text, and PostgreSQL does not store it.
    (pa.types.is_string, lambda values: pc.replace_substring(values, "\0", "")),
    (pa.types.is_floating, _without_nan),
    (pa.types.is_time, lambda values: values.cast(pa.string())),
    (pa.types.is_duration, _seconds),
    (pa.types.is_nested, _words),
    (_is_binary, _words),
)
