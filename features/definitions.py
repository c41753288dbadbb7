"""All Feast objects, in one file: Feast makes two objects of a view that it can import under two names.

Nothing here runs at import: the columns depend on the data, so `feast_objects` builds everything for one shape.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from feast import Entity, FeatureService, FeatureView, Field, FileSource, ValueType
from feast.on_demand_feature_view import OnDemandFeatureView
from feast.types import Float64, PrimitiveFeastType, String

from configs.settings import Settings
from features import channel_features, customer_features, lead_features, on_demand
from features.schema import Feature
from features.shape import FeatureShape

LEAD_VIEW = "lead_features"
CUSTOMER_VIEW = "customer_features"
CHANNEL_VIEW = "channel_features"
ON_DEMAND_VIEW = "lead_fit"
EVENT_COLUMN = "as_of"
CREATED_COLUMN = "known_at"
JOIN_KEYS = {LEAD_VIEW: "lead_id", CUSTOMER_VIEW: "customer_id", CHANNEL_VIEW: "channel_id"}
MODELS = {"win": LEAD_VIEW, "churn": CUSTOMER_VIEW, "rfm": CUSTOMER_VIEW}


@dataclass(frozen=True)
class FeastObjects:
    """Everything that `FeatureStore.apply` gets."""

    entities: list[Entity]
    views: dict[str, FeatureView]
    on_demand: OnDemandFeatureView
    services: dict[str, FeatureService]

    def all(self) -> list[Entity | FeatureView | OnDemandFeatureView | FeatureService]:
        """In the order of their dependence."""
        return [*self.entities, *self.views.values(), self.on_demand, *self.services.values()]


def feast_objects(settings: Settings, shape: FeatureShape) -> FeastObjects:
    """Entities, views, the on-demand view and one service per model."""
    rules = settings.features
    entities = {
        LEAD_VIEW: _entity("lead", JOIN_KEYS[LEAD_VIEW]),
        CUSTOMER_VIEW: _entity("customer", JOIN_KEYS[CUSTOMER_VIEW]),
        CHANNEL_VIEW: _entity("channel", JOIN_KEYS[CHANNEL_VIEW]),
    }
    ttl_days = {
        LEAD_VIEW: rules.lead_ttl_days,
        CUSTOMER_VIEW: rules.customer_ttl_days,
        CHANNEL_VIEW: rules.channel_ttl_days,
    }
    views = {
        name: FeatureView(
            name=name,
            entities=[entity],
            ttl=timedelta(days=ttl_days[name]),
            schema=[Field(name=JOIN_KEYS[name], dtype=String), *view_fields(name, shape)],
            source=_source(settings.paths.offline, name),
            online=True,
        )
        for name, entity in entities.items()
    }
    fit = _lead_fit_view(views[LEAD_VIEW], settings)
    services = {
        "win": FeatureService(name="win", features=[views[LEAD_VIEW], fit]),
        "churn": FeatureService(name="churn", features=[views[CUSTOMER_VIEW]]),
        "rfm": FeatureService(name="rfm", features=[views[CUSTOMER_VIEW]]),
    }
    return FeastObjects(list(entities.values()), views, fit, services)


def view_fields(view: str, shape: FeatureShape) -> list[Field]:
    """The view's columns: numbers are Float64, categories and texts String."""
    return [Field(name=name, dtype=dtype) for name, dtype in _typed_columns(view, shape)]


def offline_path(folder: Path, view: str) -> Path:
    """The Parquet file behind a view."""
    return folder / f"{view}.parquet"


def _typed_columns(view: str, shape: FeatureShape) -> Iterable[tuple[str, PrimitiveFeastType]]:
    catalogue, columns = {
        LEAD_VIEW: (lead_features.catalogue, lead_features.stored_columns),
        CUSTOMER_VIEW: (customer_features.catalogue, customer_features.stored_columns),
        CHANNEL_VIEW: (channel_features.catalogue, channel_features.stored_columns),
    }[view]
    texts = _text_names(catalogue(shape)) | set(lead_features.CONTEXT_TEXTS) | set(customer_features.CONTEXT_TEXTS)
    return [(name, String if name in texts else Float64) for name in columns(shape)]


def _text_names(features: Iterable[Feature]) -> set[str]:
    return {feature.name for feature in features if feature.kind == "category"}


def _entity(name: str, join_key: str) -> Entity:
    return Entity(name=name, join_keys=[join_key], value_type=ValueType.STRING)


def _source(folder: Path, view: str) -> FileSource:
    return FileSource(
        name=f"{view}_offline",
        path=str(offline_path(folder, view)),
        timestamp_field=EVENT_COLUMN,
        created_timestamp_column=CREATED_COLUMN,
    )


def _lead_fit_view(leads: FeatureView, settings: Settings) -> OnDemandFeatureView:
    function = on_demand.on_demand_function(settings.features)
    kinds = {"prescreen": String}
    return OnDemandFeatureView(
        name=ON_DEMAND_VIEW,
        schema=[Field(name=name, dtype=kinds.get(name, Float64)) for name in on_demand.OUTPUTS],
        sources=[leads[list(on_demand.INPUTS)]],
        udf=function,
        udf_string="features.on_demand.lead_fit",
        mode="pandas",
    )
