"""Weighted metrics of probabilities, in numpy alone; tested against scikit-learn."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int_]
TINY = 1e-15
BINARY_METRICS = ("roc_auc", "average_precision", "log_loss", "brier", "ece", "lift_at_10")
MULTICLASS_METRICS = ("log_loss", "accuracy", "macro_f1")


def binary_metrics(y: Labels, p: Floats, w: Floats) -> dict[str, float]:
    """All metrics of a yes/no model. y: [n] of 0 and 1; p: [n] probabilities; w: [n] weights > 0."""
    return {
        "roc_auc": roc_auc(y, p, w), "average_precision": average_precision(y, p, w),
        "log_loss": log_loss(y, p, w), "brier": brier(y, p, w),
        "ece": ece(y, p, w), "lift_at_10": lift_at(y, p, w, share=0.1),
    }  # fmt: skip


def multiclass_metrics(y: Labels, p: Floats, w: Floats) -> dict[str, float]:
    """All metrics of a model of several classes. p: [n, classes]."""
    guess = p.argmax(axis=1)
    accuracy = float(np.average(guess == y, weights=w))
    return {"log_loss": log_loss(y, p, w), "accuracy": accuracy, "macro_f1": macro_f1(y, guess, w, p.shape[1])}


def row_losses(y: Labels, p: Floats) -> Floats:
    """Logarithmic loss of each row, in nats; p is [n] or [n, classes]."""
    own = p[np.arange(len(y)), y] if p.ndim == 2 else np.where(y == 1, p, 1 - p)
    return np.asarray(-np.log(np.clip(own, TINY, 1)))


def log_loss(y: Labels, p: Floats, w: Floats) -> float:
    """Mean logarithmic loss, in nats."""
    return float(np.average(row_losses(y, p), weights=w))


def brier(y: Labels, p: Floats, w: Floats) -> float:
    """Mean squared distance between probability and outcome (Brier 1950)."""
    return float(np.average((p - y) ** 2, weights=w))


def roc_auc(y: Labels, p: Floats, w: Floats) -> float:
    """Probability that a positive stands above a negative, ties counted half; NaN with one class only.

    >>> roc_auc(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8]), np.ones(4))
    0.75
    """
    true_positive, false_positive = _steps(y, p, w)
    if true_positive[-1] == 0 or false_positive[-1] == 0:
        return math.nan
    area = np.trapezoid(true_positive, false_positive)
    return float(area / (true_positive[-1] * false_positive[-1]))


def average_precision(y: Labels, p: Floats, w: Floats) -> float:
    """Mean precision over the steps of recall; NaN without a positive."""
    true_positive, false_positive = _steps(y, p, w)
    if true_positive[-1] == 0:
        return math.nan
    precision = true_positive[1:] / (true_positive[1:] + false_positive[1:])
    return float(np.sum(np.diff(true_positive) * precision) / true_positive[-1])


def _steps(y: Labels, p: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Cumulative weight of positives and negatives, best first, one step per distinct probability, from 0."""
    order = np.argsort(-p, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(p[order])), len(p) - 1)
    positive = np.cumsum((w * y)[order])[ends]
    negative = np.cumsum((w * (1 - y))[order])[ends]
    return np.append(0.0, positive), np.append(0.0, negative)


def reliability(y: Labels, p: Floats, w: Floats, bins: int = 10) -> list[dict[str, float]]:
    """Mean probability and observed rate in bins of equal weight, lowest first."""
    order = np.argsort(p, kind="stable")
    middle = np.cumsum(w[order]) - w[order] / 2
    bin_of = np.minimum((middle / w.sum() * bins).astype(int), bins - 1)
    rows = []
    for number in range(bins):
        rank = order[bin_of == number]
        if len(rank):
            weight = float(w[rank].sum())
            mean, rate = float(np.average(p[rank], weights=w[rank])), float(np.average(y[rank], weights=w[rank]))
            rows.append({"probability": mean, "rate": rate, "weight": weight, "rows": float(len(rank))})
    return rows


def ece(y: Labels, p: Floats, w: Floats, bins: int = 10) -> float:
    """Expected calibration error in bins of equal weight (Naeini et al. 2015; equal-mass form of Nguyen and O'Connor
    2015).
    """
    rows = reliability(y, p, w, bins)
    total = sum(row["weight"] for row in rows)
    return float(sum(row["weight"] * abs(row["probability"] - row["rate"]) for row in rows) / total)


def lift_at(y: Labels, p: Floats, w: Floats, share: float) -> float:
    """Rate of positives in the best `share` over the rate overall; NaN without a positive.

    Rows of equal probability count in proportion, so that their order does not matter.
    """
    true_positive, false_positive = _steps(y, p, w)
    if true_positive[-1] == 0:
        return math.nan
    seen = true_positive + false_positive
    found = np.interp(share * seen[-1], seen, true_positive)
    return float(found / true_positive[-1] / share)


def macro_f1(y: Labels, guess: Labels, w: Floats, classes: int) -> float:
    """Mean over the classes of the harmonic mean of precision and recall; a class without any row or guess counts 0."""
    scores = []
    for label in range(classes):
        hit = w[(y == label) & (guess == label)].sum()
        either = w[y == label].sum() + w[guess == label].sum()
        scores.append(2 * hit / either if either else 0.0)
    return float(np.mean(scores))
