"""Computed features as data frames."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from configs.sections import Features as FeatureRules
from features import customer_features, lead_features
from features.definitions import CUSTOMER_VIEW, LEAD_VIEW
from features.on_demand import with_lead_fit
from features.schema import Feature
from features.shape import FeatureShape
from features.training_frame import aware_moments


def as_frame(view: str, table: pa.Table, shape: FeatureShape, rules: FeatureRules) -> pd.DataFrame:
    """entity_id, as_of (aware UTC), features and context; numbers float64, texts object with None, RangeIndex.

    Leads get the on-demand features as well. Rows are in the order of entity_id, as_of.
    """
    in_order = table.sort_by([("entity_id", "ascending"), ("as_of", "ascending")])
    frame = aware_moments(in_order.to_pandas(split_blocks=True, self_destruct=True))
    for name in text_columns(view, shape):
        frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    return with_lead_fit(frame, rules) if view == LEAD_VIEW else frame


def text_columns(view: str, shape: FeatureShape) -> list[str]:
    """Columns of text: categories and textual context."""
    if view == LEAD_VIEW:
        return [*_categories(lead_features.catalogue(shape)), *lead_features.CONTEXT_TEXTS]
    if view == CUSTOMER_VIEW:
        return [*_categories(customer_features.catalogue(shape)), *customer_features.CONTEXT_TEXTS]
    return []


def _categories(features: list[Feature]) -> list[str]:
    return [feature.name for feature in features if feature.kind == "category"]
