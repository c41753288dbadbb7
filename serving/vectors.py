"""Feature vectors of stored entities, read in one look-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

from features.errors import FeatureError
from serving.errors import StoreSilentError

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


class FallBack(Protocol):
    """Where vectors come from while the online store does not answer."""

    def of(self, entity: Entity, ids: Sequence[str], now: datetime) -> dict[str, Vector]: ...  # noqa: D102


class VectorSource:
    """Reads each id once, however often it was asked for.

    fall_back: asked where the online store does not answer; None: its error is raised.
    """

    def __init__(self, reader: Reader, fall_back: FallBack | None = None) -> None:
        self._reader, self._fall_back = reader, fall_back

    def of(self, entity: Entity, ids: Sequence[str], now: datetime) -> dict[str, Vector]:
        """Vectors by id; an id without one is absent.

        Raises
        ------
        OnlineStoreError, StoreSilentError: the online store does not answer, nor does what it falls back to.
        """
        distinct = list(dict.fromkeys(ids))
        try:
            found = self._reader.read(entity, distinct, now)
        except (FeatureError, StoreSilentError):
            if self._fall_back is None:
                raise
            return self._fall_back.of(entity, distinct, now)
        return {key: vector for key, vector in zip(distinct, found, strict=True) if vector is not None}
