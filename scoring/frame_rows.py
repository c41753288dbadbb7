from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray


class FrameRow(Mapping[str, Any]):
    """One row of a frame as a mapping, without copying it."""

    def __init__(self, columns: Mapping[str, NDArray[Any]], position: int) -> None:
        self._columns = columns
        self._position = position

    def __getitem__(self, name: str) -> Any:
        return self._columns[name][self._position]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


class FrameRows(Sequence[Mapping[str, Any]]):
    """A frame as a sequence of mappings: only cells that are looked at are touched."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._columns = {str(name): np.asarray(frame[name]) for name in frame.columns}
        self._count = len(frame)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, position: int) -> Mapping[str, Any]: ...
    @overload
    def __getitem__(self, position: slice) -> Sequence[Mapping[str, Any]]: ...
    def __getitem__(self, position: int | slice) -> Mapping[str, Any] | Sequence[Mapping[str, Any]]:
        if isinstance(position, slice):
            return [FrameRow(self._columns, row) for row in range(*position.indices(self._count))]
        if not -self._count <= position < self._count:
            raise IndexError(position)
        return FrameRow(self._columns, position % self._count)
