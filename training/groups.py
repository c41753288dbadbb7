"""Does the probability mean the same in every channel, team, stage, region and size of firm?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.encoding import as_category, numbers_of
from scoring.metrics import roc_auc
from training.dataset import Dataset

Floats = NDArray[np.float64]
COLUMNS = ("channel_id", "rep_team", "current_stage", "region", "industry", "rfm_tier")
SIZE = "employee_count"
SIZE_EDGES = (20, 100, 500)  # people
MIN_ROWS = 50
MOST_GROUPS = 8


def by_group(test: Dataset, p: Floats) -> dict[str, list[dict[str, Any]]]:
    """Per column and group, the largest first: rows, rate, mean probability, their gap, and AUC where defined.

    p: probabilities [n] of the test part.
    """
    result = {}
    for column, groups in _groupings(test).items():
        names, counts = np.unique(groups[groups != ""], return_counts=True)
        largest = [str(names[i]) for i in np.argsort(-counts, kind="stable")[:MOST_GROUPS] if counts[i] >= MIN_ROWS]
        if len(largest) > 1:
            result[column] = [_figures(name, groups == name, test, p) for name in largest]
    return result


def _groupings(test: Dataset) -> dict[str, NDArray[np.str_]]:
    found = {
        name: np.array([as_category(value) or "" for value in test.frame[name]], dtype=str)
        for name in COLUMNS if name in test.frame.columns
    }  # fmt: skip
    if SIZE in test.frame.columns:
        people = numbers_of(test.frame[SIZE])
        labels = np.array(["under 20", "20 to 99", "100 to 499", "500 and more"])
        found[SIZE] = np.where(np.isnan(people), "", labels[np.searchsorted(SIZE_EDGES, people, side="right")])
    return found


def _figures(name: str, rows: NDArray[np.bool_], test: Dataset, p: Floats) -> dict[str, Any]:
    y, w = test.y[rows], test.w[rows]
    rate, said = float(np.average(y, weights=w)), float(np.average(p[rows], weights=w))
    area = roc_auc(y, p[rows], w)
    return {"group": name, "rows": int(rows.sum()), "rate": rate, "probability": said, "gap": said - rate,
            "roc_auc": None if np.isnan(area) else area}  # fmt: skip
