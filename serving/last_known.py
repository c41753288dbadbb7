"""What is scored from while the online store does not answer: real values, older or fewer, and told as degraded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from serving.bounded_calls import BoundedCalls
from serving.breaker import Breaker
from serving.plain import plain_mapping
from serving.vectors import Entity, Vector


class Known(Protocol):
    """Values as they were at a moment."""

    @property
    def features_as_of(self) -> datetime: ...  # noqa: D102
    @property
    def values(self) -> Mapping[str, Any]: ...  # noqa: D102


class Profiles(Protocol):
    """The CRM's own tables."""

    def last_features(self, entity: Entity, ids: Sequence[str]) -> Mapping[str, Known]: ...  # noqa: D102
    def open_leads(self, ids: Sequence[str], now: datetime) -> Mapping[str, Mapping[str, Any]]: ...  # noqa: D102


@dataclass(frozen=True)
class KnownVector:
    """A vector from the CRM's tables; `is_expired` marks its score as degraded."""

    entity_id: str
    features_as_of: datetime
    values: Mapping[str, Any]
    is_expired: bool = True


class LastKnown:
    """Of a lead that is open, or a customer: the features it was last scored from, else the columns of its record.

    An entity that the CRM knows nothing of gets no vector, hence no score.
    """

    def __init__(self, profiles: Profiles, calls: BoundedCalls, breaker: Breaker) -> None:
        self._profiles, self._calls, self._breaker = profiles, calls, breaker

    def of(self, entity: Entity, ids: Sequence[str], now: datetime) -> dict[str, Vector]:
        """Vectors by id.

        Raises
        ------
        StoreSilentError: the CRM database does not answer either. DatabaseError: it refuses.
        """
        return self._breaker.call(self._calls.call, self._read, entity, ids, now)

    def _read(self, entity: Entity, ids: Sequence[str], now: datetime) -> dict[str, Vector]:
        known = self._profiles.last_features(entity, ids)
        if entity == "customers":
            return {key: KnownVector(key, one.features_as_of, one.values) for key, one in known.items()}
        return {
            key: KnownVector(key, known[key].features_as_of, plain_mapping({**profile, **known[key].values}))
            if key in known
            else KnownVector(key, now, plain_mapping(profile))
            for key, profile in self._profiles.open_leads(ids, now).items()
        }
