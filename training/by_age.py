"""Figures of the test part by the age of the lead: a score of a new lead is harder than one of a lead in
negotiation.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.metrics import log_loss, roc_auc
from training.dataset import Dataset

AGE_EDGES_DAYS = (0, 1, 3, 7, 14, 30)  # a group reaches from above one edge up to and with the next
MIN_CLASS_ROWS = 10


def metrics_by_age(test: Dataset, predictions: dict[str, NDArray[np.float64]]) -> list[dict[str, Any]]:
    """AUC and log loss of each model per age group that has enough of both classes, youngest first.

    Parameters
    ----------
    predictions: probabilities [n] of the rows of `test`, by the model's name.
    """
    age_days = (test.as_of - test.group_at) / np.timedelta64(1, "D")
    group = np.searchsorted(AGE_EDGES_DAYS, age_days, side="left")
    rows = []
    for number, name in enumerate(_names()):
        mask = group == number
        positives = int(test.y[mask].sum())
        if min(positives, int(mask.sum()) - positives) >= MIN_CLASS_ROWS:
            figures = {model: _figures(test.y[mask], p[mask], test.w[mask]) for model, p in predictions.items()}
            rows.append({"age_days": name, "rows": int(mask.sum()), "positives": positives, "metrics": figures})
    return rows


def _names() -> list[str]:
    """Each age group in words, youngest first.

    >>> len(_names()), _names()[1]
    (7, '0-1')
    >>> _names()
    ['0', '0-1', '1-3', '3-7', '7-14', '14-30', '30+']
    """
    pairs = pairwise(AGE_EDGES_DAYS)
    return [str(AGE_EDGES_DAYS[0]), *[f"{low}-{high}" for low, high in pairs], f"{AGE_EDGES_DAYS[-1]}+"]


def _figures(y: NDArray[np.int_], p: NDArray[np.float64], w: NDArray[np.float64]) -> dict[str, float]:
    return {"roc_auc": roc_auc(y, p, w), "log_loss": log_loss(y, p, w)}
