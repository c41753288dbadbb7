"""Reads vectors for serving: no registry, no pandas, no code from a store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from configs.settings import Settings
from features.definitions import CHANNEL_VIEW, CUSTOMER_VIEW, LEAD_VIEW
from features.errors import FeatureError
from features.moments import to_aware_utc, to_naive_utc
from features.on_demand import INPUTS, OUTPUTS, lead_fit
from features.online.vector_store import Scalar, VectorOnlineStore
from features.store import online_store, repo_config

VIEWS = {
    "lead": LEAD_VIEW,
    "leads": LEAD_VIEW,
    "customer": CUSTOMER_VIEW,
    "customers": CUSTOMER_VIEW,
    "channel": CHANNEL_VIEW,
    "channels": CHANNEL_VIEW,
}


@dataclass(frozen=True)
class Vector:
    """One entity's features and context as of `features_as_of` (aware UTC). `is_expired`: older than the view's time
    to live; Feast does not check that on reads.
    """

    entity_id: str
    features_as_of: datetime
    values: dict[str, Scalar]
    is_expired: bool


class OnlineReader:
    """Reads from the configured online store. One object may be used by several threads."""

    def __init__(self, settings: Settings, store: VectorOnlineStore | None = None) -> None:
        self._rules = settings.features
        self._config = repo_config(settings)
        self._store = store or online_store(settings)
        self._ttl = {
            LEAD_VIEW: timedelta(days=settings.features.lead_ttl_days),
            CUSTOMER_VIEW: timedelta(days=settings.features.customer_ttl_days),
            CHANNEL_VIEW: timedelta(days=settings.features.channel_ttl_days),
        }
        for view in self._ttl:
            self._store.prepare_view(self._config, view)

    def read(self, entity: str, ids: Sequence[str], now: datetime) -> list[Vector | None]:
        """Vectors in the order of `ids`; None where there is none, an ended one, or only one from after `now`.

        `entity`: lead, customer or channel, in the singular or the plural.
        """
        if entity not in VIEWS:
            raise FeatureError(f"The entity must be one of {', '.join(VIEWS)}, but got {entity!r}.")
        view = VIEWS[entity]
        moment = to_aware_utc(to_naive_utc(now))
        found = self._store.read_vectors(self._config, view, list(ids))
        vectors = [
            None
            if one is None or not one[1] or one[0] > moment
            else Vector(key, one[0], one[1], moment - one[0] > self._ttl[view])
            for key, one in zip(ids, found, strict=True)
        ]
        if view == LEAD_VIEW:
            self._add_fit([one for one in vectors if one is not None])
        return vectors

    def _add_fit(self, vectors: list[Vector]) -> None:
        if not vectors:
            return
        outputs = lead_fit({name: [one.values.get(name) for one in vectors] for name in INPUTS}, self._rules)
        for name in OUTPUTS:
            for vector, value in zip(vectors, outputs[name].tolist(), strict=True):
                vector.values[name] = None if value != value else value  # noqa: PLR0124 (NaN alone differs from itself)
