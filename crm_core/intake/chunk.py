"""A bounded piece of a source file, by column, before anything is understood of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyarrow as pa


@dataclass(frozen=True)
class Fault:
    """One broken rule of one source row. `line` is the file's line (CSV) or row number (Parquet), from 1."""

    line: int
    column: str | None
    rule: str
    value: str | None
    row: dict[str, Any]


@dataclass
class Chunk:
    """Rows of one file: `columns` by source name, all of the length of `lines`.

    `faults` are rows the reader itself could not use; they are not among `lines`.
    """

    columns: dict[str, pa.Array]
    lines: Sequence[int]
    faults: list[Fault] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.lines)

    def row(self, index: int) -> dict[str, Any]:
        """One source row as it stood."""
        return {name: _shown(values[index]) for name, values in self.columns.items()}


def _shown(value: pa.Scalar) -> Any:
    try:
        return value.as_py()
    except (OverflowError, ValueError):  # a moment beyond what Python knows
        return str(value.cast(pa.int64(), safe=False).as_py())


class SourceFile(Protocol):
    """A file that can be read by chunks."""

    name: str
    header: list[str]
    total: int  # in `unit`
    unit: str
    is_typed: bool  # its columns have types of their own

    def chunks(self, chunk_rows: int) -> Iterator[tuple[Chunk, int]]:
        """Chunks in file order, each with how far the file is read, in `unit`."""
