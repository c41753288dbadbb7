"""How far each column moves with the calendar, seen without a label.

A column such as an arrival date, a running count or the month takes values later that it hardly had before: what a
model learnt of it does not carry over, however well it fits the past. The search chooses how much movement it allows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoring.encoding import encode_frame
from scoring.feature_spec import FeatureSpec
from training.dataset import Dataset

BINS = 10


def column_shifts(earlier: Dataset, later: Dataset, specs: tuple[FeatureSpec, ...]) -> dict[str, float]:
    """Total variation distance of each column between two parts, 0 (same) to 1 (no value in common).

    Numbers are binned at the deciles of both parts together; a missing value is a value of its own.
    """
    before, after = encode_frame(specs, earlier.frame), encode_frame(specs, later.frame)
    return {
        spec.name: total_variation(*_binned(spec, before[:, i], after[:, i]), earlier.w, later.w)
        for i, spec in enumerate(specs)
    }


def moved(shifts: dict[str, float], limit: float) -> list[str]:
    """Columns above the limit; all of them moving would leave nothing, so then none is."""
    above = [name for name, shift in shifts.items() if shift > limit]
    return above if len(above) < len(shifts) else []


def total_variation(
    before: NDArray[np.int_], after: NDArray[np.int_], w_before: NDArray[np.float64], w_after: NDArray[np.float64]
) -> float:
    """Half the summed difference of two weighted distributions over bins.

    >>> one = np.ones(2)
    >>> total_variation(np.array([0, 1]), np.array([1, 1]), one, one)
    0.5
    """
    count = int(max(before.max(initial=0), after.max(initial=0))) + 1
    shares = [
        np.bincount(bins, weights=w, minlength=count) / w.sum() for bins, w in ((before, w_before), (after, w_after))
    ]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)


def _binned(
    spec: FeatureSpec, before: NDArray[np.float32], after: NDArray[np.float32]
) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Bins from 0 (missing) on."""
    both = np.concatenate([before, after])
    missing = np.isnan(both)
    if spec.kind == "number" and not missing.all():
        edges = np.unique(np.quantile(both[~missing], np.arange(1, BINS) / BINS))
        both = np.searchsorted(edges, both, side="right").astype(np.float32)
    bins = np.where(missing, 0, np.nan_to_num(both) + 1).astype(np.int_)
    return bins[: len(before)], bins[len(before) :]
