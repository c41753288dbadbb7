"""The Feast store, used as a library: configured and applied from Python, never served."""

from __future__ import annotations

import warnings
from typing import Any

from feast import FeatureStore, RepoConfig

from configs.settings import Settings
from features.definitions import FeastObjects
from features.online.postgres_store import PostgresVectorOnlineStore
from features.online.redis_store import RedisVectorOnlineStore
from features.online.sqlite_store import SqliteVectorOnlineStore
from features.online.vector_store import VectorOnlineStore

PROJECT = "funnelcast"
_STORES: dict[str, type[VectorOnlineStore]] = {
    "sqlite": SqliteVectorOnlineStore,
    "redis": RedisVectorOnlineStore,
    "postgres": PostgresVectorOnlineStore,
}


def repo_config(settings: Settings) -> RepoConfig:
    """Feast's configuration. Feast 0.67 reports no usage; lineage and automatic baselines stay off."""
    return RepoConfig(
        project=PROJECT,
        provider="local",
        # Feast's registry holds code (dill): only our own process writes this file.
        registry={"registry_type": "file", "path": str(settings.paths.feast / "registry.db"), "cache_ttl_seconds": 0},
        offline_store={"type": "duckdb"},
        online_store=_online_config(settings),
        entity_key_serialization_version=3,
        data_quality_monitoring={"auto_baseline": False},
    )


def online_store(settings: Settings) -> VectorOnlineStore:
    """The configured online store, without a registry."""
    return _STORES[settings.stores.online_store]()


def applied_store(settings: Settings, objects: FeastObjects) -> FeatureStore:
    """The store with these objects registered."""
    settings.paths.feast.mkdir(parents=True, exist_ok=True)
    store = FeatureStore(config=repo_config(settings))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "On demand feature view is an experimental feature", RuntimeWarning)
        store.apply(objects.all())
    return store


def _online_config(settings: Settings) -> dict[str, Any]:
    kind = _STORES[settings.stores.online_store]
    config: dict[str, Any] = {"type": f"{kind.__module__}.{kind.__name__}"}
    match settings.stores.online_store:
        case "redis":
            config["url"] = settings.stores.redis_url
        case "postgres":
            config["url"] = settings.stores.postgres_url
        case _:
            config["path"] = str(settings.paths.feast / "online.db")
    return config
