"""What each value adds to a score, on the scale of calibrated log-odds.

Trees by TreeSHAP (Lundberg et al. 2020), the scorecard's points exactly. Where the calibrator is linear the sum is
exact by itself; where it is not, each row's contributions are scaled by the slope of the secant between the model's
base margin and the row's margin, so that they still sum, keep their order, and keep their sign (the calibrator is
monotone).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scoring.quick_xgboost import xgb

if TYPE_CHECKING:
    from scoring.artefact import Artefact

Floats = NDArray[np.float64]
DOWN, STAY, UP = 0, 1, 2
MANY_ROWS = 256


@dataclass(frozen=True, eq=False)
class Contributions:
    """values [n, k] and base [n] sum to log_odds [n], which the calibrator makes of margin [n].

    target: [n] the class whose log-odds are explained: 1 for win and churn; for rfm DOWN (against stay), or UP where
    down is impossible.
    """

    values: Floats
    base: Floats
    target: NDArray[np.int_]
    margin: Floats


def contributions(artefact: Artefact, encoded: NDArray[np.float32]) -> Contributions:
    """Contributions of each value of each row."""
    raw, base, margin = _raw(artefact, encoded)
    if artefact.is_multiclass:
        return _multiclass(artefact, encoded, raw, base, margin)
    start = artefact.calibrator.apply(base[:1])[0]
    slope = _secant(artefact, base[0] + raw[:, :, 0].sum(axis=1), float(base[0]), float(start))
    ones = np.ones(len(encoded), dtype=int)
    return Contributions(raw[:, :, 0] * slope[:, None], np.full(len(encoded), start), ones, margin)


def _secant(artefact: Artefact, margin: Floats, base: float, start: float) -> Floats:
    """Rise of the calibrated log-odds per unit of margin, from the base margin to each row's."""
    run = margin - base
    is_near = np.abs(run) < 1e-6
    step = np.where(is_near, 1e-3, run)
    return (artefact.calibrator.apply(base + step) - start) / step


def _multiclass(
    artefact: Artefact, encoded: NDArray[np.float32], raw: Floats, base: Floats, margin: Floats
) -> Contributions:
    scale = np.array(artefact.calibrator.first) if artefact.calibrator.kind == "vector" else np.ones(len(base))
    scaled, start = raw * scale, artefact.calibrator.apply(base[None, :])[0]
    target = np.where(artefact.impossible(encoded)[:, DOWN], UP, DOWN)
    rows = np.arange(len(encoded))
    return Contributions(scaled[rows, :, target] - scaled[:, :, STAY], start[target] - start[STAY], target, margin)


def _raw(artefact: Artefact, encoded: NDArray[np.float32]) -> tuple[Floats, Floats, Floats]:
    """Contributions to the margin, [n, k, outputs], its base, [outputs], and the margin as `Artefact.margin` has it."""
    start, points = artefact.scorecard.explained(encoded)
    base = artefact.scorecard.intercept.copy()
    if artefact.booster.num_boosted_rounds() == 0 or len(encoded) == 0:
        return points, base, artefact.margin_of(start, artefact.tree_margin(encoded))
    weight, is_many = artefact.tree_weight, len(encoded) > MANY_ROWS
    if not is_many and (packed := artefact.packed_trees) is not None:
        trees, parts = packed.explained(encoded)
        return points + weight * parts, base + weight * packed.base, artefact.margin_of(start, trees)
    # One thread for few rows: waking the others to build a matrix of one row takes 8 ms of CPU, building it 0.4 ms.
    threads = -1 if is_many else 1
    # Without the columns' types, which only training reads: telling them takes a quarter of the call.
    data = xgb.DMatrix(encoded, nthread=threads)
    booster = artefact.wide_booster if is_many else artefact.booster
    shap = booster.predict(data, pred_contribs=True).astype(np.float64)
    shap = shap[:, None, :] if shap.ndim == 2 else shap  # [n, outputs, k + 1]
    shap *= weight
    margin = artefact.margin_of(start, artefact.tree_margin(encoded))
    return points + shap[:, :, :-1].transpose(0, 2, 1), base + shap[0, :, -1], margin
