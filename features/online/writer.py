"""Writes vectors in bulk: Feast's own `materialize` manages a few thousand rows a second."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

import pyarrow as pa

from configs.settings import Settings
from features.online.vector_store import Scalar, VectorOnlineStore
from features.store import online_store, repo_config


class OnlineWriter:
    """Writes Arrow tables (entity_id, as_of, columns) as vectors."""

    def __init__(self, settings: Settings, store: VectorOnlineStore | None = None) -> None:
        self._config = repo_config(settings)
        self._store = store or online_store(settings)

    def write(self, view: str, chunks: Iterable[pa.Table], advance: Callable[[int], Any] | None = None) -> int:
        """Write every row; an older row never replaces a newer vector. Returns the rows given."""
        self._store.prepare_view(self._config, view)
        count = 0
        for chunk in chunks:
            columns = [name for name in chunk.column_names if name not in {"entity_id", "as_of"}]
            count += self._store.write_vectors(self._config, view, columns, _rows(chunk, columns), advance=advance)
        return count

    def end(self, view: str, ids: Iterable[str], moment: datetime) -> None:
        """Put an empty vector, which readers take for none, in the place of each: unlike a removal it also holds
        against an older vector that another process is about to write. The next full build removes it.
        """
        self._store.prepare_view(self._config, view)
        self._store.write_vectors(self._config, view, [], ((key, moment, ()) for key in ids))

    def remove_before(self, view: str, moment: datetime) -> int:
        """Remove the vectors that a full build at `moment` did not renew: their entities are closed or gone."""
        return self._store.forget_before(self._config, view, moment)


def _rows(chunk: pa.Table, columns: list[str]) -> Iterator[tuple[str, datetime, tuple[Scalar, ...]]]:
    values = zip(*[chunk[name].to_pylist() for name in columns], strict=True)
    yield from zip(chunk["entity_id"].to_pylist(), chunk["as_of"].to_pylist(), values, strict=True)
