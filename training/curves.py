"""Curves of the test part as plain numbers: ROC, precision-recall, gain, reliability."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.metrics import reliability
from training.dataset import Dataset

Floats = NDArray[np.float64]
MAX_POINTS = 200
Curves = dict[str, list[dict[str, float]]]


def curves_of(test: Dataset, p: Floats) -> Curves:
    """Curves of a yes/no model; for rfm those of moving down."""
    y = (test.y == 0).astype(np.int_) if p.ndim == 2 else test.y
    chance = p[:, 0] if p.ndim == 2 else p
    order = np.argsort(-chance, kind="stable")
    positive, weight = np.cumsum((test.w * y)[order]), np.cumsum(test.w[order])
    negative = weight - positive
    at = np.unique(np.linspace(0, len(order) - 1, MAX_POINTS).astype(int))
    recall = positive[at] / max(positive[-1], 1e-12)
    return {
        "roc": _points(false_positive_rate=negative[at] / max(negative[-1], 1e-12), true_positive_rate=recall),
        "precision_recall": _points(recall=recall, precision=positive[at] / weight[at]),
        "gain": _points(share_of_rows=weight[at] / weight[-1], share_of_positives=recall),
        "reliability": reliability(y, chance, test.w),
    }


def figure_of(name: str, points: list[dict[str, float]]) -> Any:
    """A matplotlib figure of one curve. `Figure` without pyplot keeps no global state and needs no display."""
    from matplotlib.figure import Figure  # noqa: PLC0415 (slow to import, wanted once per training)

    horizontal, vertical = list(points[0])[:2]
    figure = Figure(figsize=(5, 4), layout="constrained")
    axes = figure.subplots()
    style = "o-" if name == "reliability" else "-"
    axes.plot([point[horizontal] for point in points], [point[vertical] for point in points], style)
    if name != "precision_recall":
        axes.plot([0, 1], [0, 1], ":", color="grey")
    axes.set(xlabel=horizontal.replace("_", " "), ylabel=vertical.replace("_", " "), title=name.replace("_", " "))
    return figure


def _points(**columns: Floats) -> list[dict[str, float]]:
    names = list(columns)
    return [dict(zip(names, map(float, row), strict=True)) for row in zip(*columns.values(), strict=True)]
