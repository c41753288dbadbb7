"""Training rows: labels joined with features by Feast's point-in-time join."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from feast import FeatureService, FeatureStore

from features.definitions import CREATED_COLUMN, EVENT_COLUMN, JOIN_KEYS, MODELS
from features.schema import Feature

LABEL_COLUMNS = ("entity_id", "as_of", "group_started_at", "label", "known_at", "max_known_at", "weight")
ROWS_PER_JOIN = 40_000


@dataclass
class TrainingFrame:
    """Rows with known labels; grain (entity_id, as_of).

    `frame`: `LABEL_COLUMNS` (moments aware UTC), rfm_tier for the RFM model, then the features: float64, or object
    with None. `excluded`: rows left out, by reason.
    """

    frame: pd.DataFrame
    features: list[Feature]
    horizon_days: int
    entity: str
    excluded: dict[str, int] = field(default_factory=dict)


def historical_features(store: FeatureStore, model: str, labels: pa.Table) -> pd.DataFrame:
    """The model's feature service at every (entity_id, as_of) of `labels`, in the same order."""
    view = MODELS[model]
    service = store.get_feature_service(model)
    parts: list[pd.DataFrame] = []
    for start in range(0, max(labels.num_rows, 1), ROWS_PER_JOIN):
        part = labels.slice(start, ROWS_PER_JOIN)
        asked = pd.DataFrame(
            {
                JOIN_KEYS[view]: part["entity_id"].to_pandas().astype(object),
                "event_timestamp": part["as_of"].cast(pa.timestamp("us", "UTC")).to_pandas(),
                "row_": np.arange(start, start + part.num_rows),
            }
        )
        parts.append(_joined(store, asked, service))
    found = pd.concat(parts, ignore_index=True).sort_values("row_", ignore_index=True)
    return found.drop(columns=["row_", "event_timestamp", EVENT_COLUMN, CREATED_COLUMN], errors="ignore")


def _joined(store: FeatureStore, asked: pd.DataFrame, service: FeatureService) -> pd.DataFrame:
    with warnings.catch_warnings():
        # Feast warns of its on-demand views' speed, Ibis calls a function that DuckDB renamed: both theirs to change.
        warnings.filterwarnings("ignore", "On demand feature view is an experimental feature", RuntimeWarning)
        warnings.filterwarnings("ignore", "fetch_arrow_table", DeprecationWarning)
        # Without the filter Feast returns values that were created after the row's moment.
        job = store.get_historical_features(entity_df=asked, features=service, filter_by_created_timestamp=True)
        found: pd.DataFrame = job.to_df()
    return found


def assemble(
    labels: pa.Table, found: pd.DataFrame, features: list[Feature], horizon_days: int, entity: str
) -> TrainingFrame:
    """Labels and features side by side, with the types promised."""
    frame = aware_moments(labels.to_pandas())
    extra = [name for name in ("rfm_tier",) if name in frame.columns]
    columns = {feature.name: typed(found[feature.name], feature) for feature in features if feature.name not in extra}
    whole = pd.concat([frame[[*LABEL_COLUMNS, *extra]], pd.DataFrame(columns)], axis=1)
    return TrainingFrame(whole, features, horizon_days, entity)


def typed(column: pd.Series[Any], feature: Feature) -> pd.Series[Any]:
    """float64 for a number, object with None for a category."""
    if feature.kind == "number":
        return pd.to_numeric(column).astype("float64")
    return column.astype(object).where(column.notna(), None)


def aware_moments(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its moments in UTC, aware."""
    for name in frame.select_dtypes("datetime").columns:
        frame[name] = frame[name].astype("datetime64[us]").dt.tz_localize("UTC")
    return frame
