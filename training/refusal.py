"""When there is too little to learn from: say what is missing, and how much."""

from __future__ import annotations

import numpy as np
import pandas as pd

from configs.sections import Training
from training.dataset import Dataset
from training.errors import OneClassError, TooFewExamplesError

# model -> what a positive, a negative and an example are called
WORDS = {
    "win": ("won", "lost", "leads with a known outcome"),
    "churn": ("churned", "staying", "customers whose horizon has passed"),
    "rfm": ("moved", "unmoved", "customers whose horizon has passed"),
}


def check_enough(data: Dataset, settings: Training) -> None:
    """Refuse data that cannot be learnt from. Counts are of entities: a lead seen at five landmarks is one lead.

    Raises
    ------
    OneClassError: every outcome is the same. TooFewExamplesError: too few of a class, or no feature.
    """
    positive, negative = class_counts(data)
    names = WORDS[data.model]
    if positive == 0 or negative == 0:
        only = names[0] if positive else names[1]
        raise OneClassError(
            f"Training {data.model} needs both {names[0]} and {names[1]} {names[2]}, "
            f"but got {positive} {names[0]} and {negative} {names[1]}: all are {only}."
        )
    missing = [
        f"{least - count} {name}"
        for count, least, name in (
            (positive, settings.min_positives, names[0]), (negative, settings.min_negatives, names[1]),
        ) if count < least
    ]  # fmt: skip
    if missing:
        raise TooFewExamplesError(
            f"Training {data.model} needs at least {settings.min_positives} {names[0]} and {settings.min_negatives} "
            f"{names[1]} {names[2]}, but got {positive} {names[0]} and {negative} {names[1]}: "
            f"{' and '.join(missing)} {'is' if missing[0].startswith('1 ') and len(missing) == 1 else 'are'} missing."
        )
    if not data.features:
        raise TooFewExamplesError(f"Training {data.model} needs at least 1 feature, but got none.")


def class_counts(data: Dataset) -> tuple[int, int]:
    """Number of entities with and without a positive. A lead is won if any of its landmarks leads to the win."""
    if data.is_by_entity:
        is_won = pd.Series(data.is_positive).groupby(data.entity).any()
        return int(is_won.sum()), int((~is_won).sum())
    positive = len(np.unique(data.entity[data.is_positive]))
    return positive, len(np.unique(data.entity[~data.is_positive]))
