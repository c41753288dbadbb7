"""What the artefact remembers of the fit part: benchmarks for reasons, distributions for drift."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.encoding import encode_frame
from scoring.feature_spec import FeatureSpec
from training.dataset import Dataset

Floats = NDArray[np.float64]
QUANTILES = np.linspace(0, 1, 11)
TIERS_DOWN = {"strategic": "growth", "growth": "maintenance"}
MONETARY = "monetary_cents_365d"
RARE = ""  # key of the rare values taken together


def reference_of(fit: Dataset, specs: Sequence[FeatureSpec], predictions: Floats) -> dict[str, Any]:
    """Reference statistics as plain JSON.

    rates: share of each class. features: per column `missing_share`, `missing_rates` (share of each class among rows
    without a value), and for numbers `medians` (one per class) and `quantiles` (0, 10, .. 100 %), for those that are
    only 0 or 1 `flag_shares` (share of 1 in each class), for categories `values` {value: share, rates, class_shares
    (share of each class that has the value)}. Medians and shares of the good class are what reasons tell beside.
    prediction_quantiles: of calibrated probabilities in the calibration part (of class 0 for rfm). downgrade_shares:
    rfm, per tier.
    """
    encoded = encode_frame(specs, fit.frame)
    result: dict[str, Any] = {
        "rows": len(fit),
        "rates": _rates(fit, np.ones(len(fit), dtype=bool)),
        "features": {spec.name: _column(fit, spec, encoded[:, i].astype(np.float64)) for i, spec in enumerate(specs)},
        "prediction_quantiles": _rounded(np.quantile(predictions, QUANTILES)),
    }
    if fit.model == "rfm":
        result["downgrade_shares"] = _downgrade_shares(fit)
    return result


def _column(fit: Dataset, spec: FeatureSpec, values: Floats) -> dict[str, Any]:
    missing = np.isnan(values)
    result: dict[str, Any] = {
        "kind": spec.kind,
        "missing_share": float(np.average(missing, weights=fit.w)),
        "missing_rates": _rates(fit, missing),
    }
    if spec.kind == "number":
        known = values[~missing]
        result["medians"] = [_median(fit, values, ~missing & (fit.y == label)) for label in range(fit.class_count)]
        result["quantiles"] = _rounded(np.quantile(known, QUANTILES)) if len(known) else []
        if len(known) and np.isin(known, (0.0, 1.0)).all():
            result["flag_shares"] = _class_shares(fit, values == 1.0, ~missing)
        return result
    names = [*spec.categories, *([RARE] if spec.has_other else [])]
    result["values"] = {
        name: {
            "share": float(np.average(values == code, weights=fit.w)), "rates": _rates(fit, values == code),
            "class_shares": _class_shares(fit, values == code, np.ones(len(fit), dtype=bool)),
        }
        for code, name in enumerate(names)
    }  # fmt: skip
    return result


def _rates(fit: Dataset, rows: NDArray[np.bool_]) -> list[float] | None:
    if not rows.any():
        return None
    weights = np.bincount(fit.y[rows], weights=fit.w[rows], minlength=fit.class_count)
    return [float(weight) for weight in weights / weights.sum()]


def _class_shares(fit: Dataset, has: NDArray[np.bool_], among: NDArray[np.bool_]) -> list[float | None]:
    """Of each class the share of the rows among these that have it; None for a class without such a row."""
    of_class = [among & (fit.y == label) for label in range(fit.class_count)]
    return [float(np.average(has[rows], weights=fit.w[rows])) if rows.any() else None for rows in of_class]


def _median(fit: Dataset, values: Floats, rows: NDArray[np.bool_]) -> float | None:
    """Weighted median; None without a row."""
    if not rows.any():
        return None
    order = np.argsort(values[rows], kind="stable")
    cumulative = np.cumsum(fit.w[rows][order])
    return float(values[rows][order][np.searchsorted(cumulative, cumulative[-1] / 2)])


def _downgrade_shares(fit: Dataset) -> dict[str, float]:
    """By how much spending in the lower tier is less than in a tier, as a share; only tiers with customers in both."""
    if MONETARY not in fit.frame.columns or "rfm_tier" not in fit.frame.columns:
        return {}
    means = fit.frame.groupby("rfm_tier")[MONETARY].mean()
    return {
        tier: float(np.clip(1 - means[lower] / means[tier], 0, 1))
        for tier, lower in TIERS_DOWN.items() if tier in means and lower in means and means[tier] > 0
    }  # fmt: skip


def _rounded(values: Floats) -> list[float]:
    return [float(np.float32(value)) for value in values]
