"""Feature vectors of stored entities, read in one look-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

Entity = Literal["leads", "customers"]


class Vector(Protocol):
    """Feature and context values of one entity, as they were at `features_as_of` (aware UTC)."""

    @property
    def entity_id(self) -> str: ...  # noqa: D102
    @property
    def features_as_of(self) -> datetime: ...  # noqa: D102
    @property
    def values(self) -> Mapping[str, Any]: ...  # noqa: D102
    @property
    def is_expired(self) -> bool: ...  # noqa: D102


class Reader(Protocol):
    """The online store."""

    def read(self, entity: Entity, ids: list[str], now: datetime) -> Sequence[Vector | None]: ...  # noqa: D102


class VectorSource:
    """Reads each id once, however often it was asked for."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def of(self, entity: Entity, ids: Sequence[str], now: datetime) -> dict[str, Vector]:
        """Vectors by id; an id without one is absent.

        Raises
        ------
        OnlineStoreError: the online store does not answer.
        """
        distinct = list(dict.fromkeys(ids))
        found = self._reader.read(entity, distinct, now)
        return {key: vector for key, vector in zip(distinct, found, strict=True) if vector is not None}
