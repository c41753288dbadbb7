"""What the fit part teaches about each column: its categories, and whether it says anything at all."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from configs.sections import Training
from scoring.encoding import as_category, encode_frame
from scoring.feature_spec import FeatureSpec
from training.dataset import Dataset, FeatureLike

SMALL_SHARE = 0.02


def learn_features(data: Dataset, settings: Training) -> tuple[FeatureSpec, ...]:
    """Specifications of the columns that vary in these rows; a constant or empty one is left out."""
    specs = [_spec(feature, data.frame[feature.name], settings) for feature in data.features]
    # A model of nothing but the rate still needs a column to read.
    return tuple(spec for spec in specs if _varies(spec, data.frame)) or tuple(specs[:1])


def _spec(feature: FeatureLike, column: pd.Series, settings: Training) -> FeatureSpec:
    if feature.kind == "number":
        return FeatureSpec(feature.name, "number", feature.en, feature.zh, feature.unit)
    counts = category_counts(column)
    # In a small part a value seen in 2 % of the rows may be all there is.
    least = min(settings.min_category_rows, max(3, int(SMALL_SHARE * len(column))))
    frequent = sorted(
        (value for value, count in counts.items() if count >= least), key=lambda value: (-counts[value], value)
    )
    kept = tuple(frequent[: settings.max_categories])
    words = tuple(entry for entry in feature.words if entry[0] in kept)
    return FeatureSpec(
        feature.name, "category", feature.en, feature.zh, feature.unit, kept, len(kept) < len(counts), words
    )


def category_counts(column: pd.Series) -> Counter[str]:
    """Rows per value, as categories are written; missing ones not counted."""
    counts: Counter[str] = Counter()
    for value, count in column.value_counts(dropna=True).items():
        text = as_category(value)
        if text is not None:
            counts[text] += int(count)
    return counts


def _varies(spec: FeatureSpec, frame: pd.DataFrame) -> bool:
    encoded = encode_frame([spec], frame)[:, 0]
    return len(np.unique(encoded)) > 1  # NaN counts once, as a value of its own
