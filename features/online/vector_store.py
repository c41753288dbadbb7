"""What the online stores have in common: Feast's contract on top of four operations on vectors.

Feast's own stores keep one row per feature and let an older event overwrite a newer one. Here an entity's features are
one row, `[schema, values]` as JSON, and every store refuses the older event in the same statement that writes.

Invariant: after any sequence of upserts a key holds the vector with the greatest (event_us, created_us) it was given;
among equals the one given last.
"""

from __future__ import annotations

import hashlib
import json
from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from feast import Entity, FeatureView, RepoConfig
from feast.infra.online_stores.online_store import OnlineStore
from feast.protos.feast.types.EntityKey_pb2 import EntityKey as EntityKeyProto
from feast.protos.feast.types.Value_pb2 import Value as ValueProto

Scalar = float | str | None
FeastRow = tuple[EntityKeyProto, dict[str, ValueProto], datetime, datetime | None]
SCHEMAS = "schemas"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class StoredVector:
    """One entity's vector as it is stored; moments in microseconds since 1970."""

    key: str
    event_us: int
    created_us: int
    blob: bytes


class VectorOnlineStore(OnlineStore):  # type: ignore[misc]  # Feast ships no types
    """Feast online store of whole vectors. Subclasses give the four operations; `space` names a view's table."""

    _schemas: dict[str, tuple[str, ...]]

    def __init__(self) -> None:
        super().__init__()
        self._schemas = {}

    @abstractmethod
    def upsert(self, config: RepoConfig, space: str, vectors: Sequence[StoredVector]) -> None:
        """Write the vectors, except where the store holds a later (event_us, created_us)."""

    @abstractmethod
    def fetch(self, config: RepoConfig, space: str, keys: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        """(event_us, blob) of the keys that there are."""

    @abstractmethod
    def forget(self, config: RepoConfig, space: str, before_us: int) -> int:
        """Remove the vectors of events before this moment; returns how many."""

    @abstractmethod
    def remove(self, config: RepoConfig, space: str, keys: Sequence[str]) -> int:
        """Remove the vectors of these keys, whatever their moment, and leave no byte of them in files of ours;
        returns how many there were.
        """

    @abstractmethod
    def prepare(self, config: RepoConfig, space: str) -> None:
        """Create what the space needs; safe to repeat."""

    @abstractmethod
    def drop(self, config: RepoConfig, space: str) -> None:
        """Remove the space and all in it."""

    def prepare_view(self, config: RepoConfig, view: str) -> None:
        """Create what a view needs, so that reading before the first write finds nothing instead of failing."""
        self.prepare(config, space_of(config, SCHEMAS))
        self.prepare(config, space_of(config, view))

    def write_vectors(
        self,
        config: RepoConfig,
        view: str,
        names: Sequence[str],
        rows: Iterable[tuple[str, datetime, Sequence[Scalar]]],
        batch_rows: int = 2000,
        advance: Callable[[int], Any] | None = None,
    ) -> int:
        """Write (key, event moment, values in the order of `names`) in batches; returns how many were given."""
        space, schema = space_of(config, view), self._remember_schema(config, tuple(names))
        count = 0
        batch: list[StoredVector] = []
        for key, moment, values in rows:
            event_us = microseconds(moment)
            batch.append(StoredVector(key, event_us, event_us, packed(schema, values)))
            if len(batch) == batch_rows:
                self._flush(config, space, batch, advance)
                count, batch = count + len(batch), []
        self._flush(config, space, batch, advance)
        return count + len(batch)

    def read_vectors(
        self, config: RepoConfig, view: str, keys: Sequence[str]
    ) -> list[tuple[datetime, dict[str, Scalar]] | None]:
        """(event moment, values by name) per key, in order; None where there is none."""
        found = self.fetch(config, space_of(config, view), list(dict.fromkeys(keys)))
        return [self._unpacked(config, *found[key]) if key in found else None for key in keys]

    def forget_before(self, config: RepoConfig, view: str, moment: datetime) -> int:
        """Remove a view's vectors of events before this moment."""
        return self.forget(config, space_of(config, view), microseconds(moment))

    def remove_keys(self, config: RepoConfig, view: str, keys: Sequence[str]) -> int:
        """Remove the vectors of a view's entities; returns how many there were."""
        self.prepare_view(config, view)
        return self.remove(config, space_of(config, view), list(keys))

    # Feast's contract

    def online_write_batch(
        self, config: RepoConfig, table: FeatureView, data: list[FeastRow], progress: Callable[[int], Any] | None
    ) -> None:
        """Feast: write rows of protocol buffers."""
        names = sorted({name for _, values, _, _ in data for name in values})
        schema = self._remember_schema(config, tuple(names))
        vectors = [
            StoredVector(
                _key(entity_key),
                microseconds(event),
                microseconds(created or event),
                packed(schema, [_scalar(values.get(name)) for name in names]),
            )
            for entity_key, values, event, created in data
        ]
        self.upsert(config, space_of(config, table.name), vectors)
        if progress:
            progress(len(data))

    def online_read(
        self,
        config: RepoConfig,
        table: FeatureView,
        entity_keys: list[EntityKeyProto],
        requested_features: list[str] | None = None,
    ) -> list[tuple[datetime | None, dict[str, ValueProto] | None]]:
        """Feast: read rows of protocol buffers."""
        found = self.read_vectors(config, table.name, [_key(one) for one in entity_keys])
        return [_as_protos(one, requested_features) for one in found]

    def update(
        self,
        config: RepoConfig,
        tables_to_delete: Sequence[FeatureView],
        tables_to_keep: Sequence[FeatureView],
        entities_to_delete: Sequence[Entity],  # noqa: ARG002 (Feast's signature)
        entities_to_keep: Sequence[Entity],  # noqa: ARG002
        partial: bool,  # noqa: ARG002
    ) -> None:
        """Feast: create and drop what `apply` asks for."""
        for table in tables_to_keep:
            self.prepare(config, space_of(config, table.name))
        for table in tables_to_delete:
            self.drop(config, space_of(config, table.name))

    def teardown(self, config: RepoConfig, tables: Sequence[FeatureView], entities: Sequence[Entity]) -> None:  # noqa: ARG002
        """Feast: drop everything of these views."""
        for table in tables:
            self.drop(config, space_of(config, table.name))

    def _flush(
        self, config: RepoConfig, space: str, batch: list[StoredVector], advance: Callable[[int], Any] | None
    ) -> None:
        if batch:
            self.upsert(config, space, batch)
            if advance:
                advance(len(batch))

    def _remember_schema(self, config: RepoConfig, names: tuple[str, ...]) -> str:
        text = json.dumps(names, ensure_ascii=False)
        schema = hashlib.sha256(text.encode()).hexdigest()[:16]
        space = space_of(config, SCHEMAS)
        self.prepare(config, space)
        self.upsert(config, space, [StoredVector(schema, 0, 0, text.encode())])
        self._schemas[schema] = names
        return schema

    def _names(self, config: RepoConfig, schema: str) -> tuple[str, ...]:
        if schema not in self._schemas:
            _, text = self.fetch(config, space_of(config, SCHEMAS), [schema])[schema]
            self._schemas[schema] = tuple(json.loads(text))
        return self._schemas[schema]

    def _unpacked(self, config: RepoConfig, event_us: int, blob: bytes) -> tuple[datetime, dict[str, Scalar]]:
        schema, values = json.loads(blob)
        return moment_of(event_us), dict(zip(self._names(config, schema), values, strict=True))


def space_of(config: RepoConfig, view: str) -> str:
    """Name of a view's table."""
    return f"{config.project}_{view}"


def packed(schema: str, values: Sequence[Scalar]) -> bytes:
    """A vector as stored; NaN counts as None."""
    clean = [None if value is None or value != value else value for value in values]  # noqa: PLR0124 (NaN alone differs from itself)
    return json.dumps([schema, clean], ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def microseconds(moment: datetime) -> int:
    """Since 1970; a naive moment is in UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    passed = aware - _EPOCH
    return (passed.days * 86400 + passed.seconds) * 1_000_000 + passed.microseconds


def moment_of(event_us: int) -> datetime:
    """The aware moment of so many microseconds since 1970."""
    seconds, rest = divmod(event_us, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)


def _key(entity_key: EntityKeyProto) -> str:
    (value,) = entity_key.entity_values
    return str(getattr(value, value.WhichOneof("val")))


def _scalar(value: ValueProto | None) -> Scalar:
    kind = value.WhichOneof("val") if value is not None else None
    if kind is None:
        return None
    content = getattr(value, kind)
    return content if isinstance(content, str) else float(content)


def _as_protos(
    found: tuple[datetime, dict[str, Scalar]] | None, requested: list[str] | None
) -> tuple[datetime | None, dict[str, ValueProto] | None]:
    if found is None:
        return None, None
    moment, values = found
    wanted = requested if requested is not None else list(values)
    return moment, {name: _proto(values.get(name)) for name in wanted}


def _proto(value: Scalar) -> ValueProto:
    if value is None:
        return ValueProto()
    return ValueProto(string_val=value) if isinstance(value, str) else ValueProto(double_val=value)
