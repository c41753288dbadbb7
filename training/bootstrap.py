"""Resampling of whole entities: rows of one lead are no independent evidence (cluster bootstrap; Davison and Hinkley
1997, ch. 3.8).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def draws(entity: NDArray[np.int_], samples: int, seed: int) -> Iterator[NDArray[np.int_]]:
    """How often each entity was drawn, once per sample; `entity` is 0 to m - 1."""
    rng = np.random.default_rng(seed)
    count = int(entity.max()) + 1
    for _ in range(samples):
        yield np.bincount(rng.integers(0, count, count), minlength=count)


def paired_differences(losses: Floats, w: Floats, entity: NDArray[np.int_], samples: int, seed: int) -> Floats:
    """Mean loss of the first model minus that of each other, in each sample.

    losses: [models, n] of the same rows; w: [n]; entity: [n]. Returns [models - 1, samples].
    """
    dense = np.unique(entity, return_inverse=True)[1]
    sums = np.stack([np.bincount(dense, weights=w * row) for row in losses])
    weights = np.bincount(dense, weights=w)
    means = np.stack(
        [sums @ drawn / max(float(weights @ drawn), 1e-12) for drawn in draws(dense, samples, seed)], axis=1
    )
    return np.asarray(means[0] - means[1:], dtype=np.float64)


def metric_intervals(
    metrics: Callable[[Floats], dict[str, float]], w: Floats, entity: NDArray[np.int_], samples: int, seed: int
) -> dict[str, list[float]]:
    """95 % percentile interval of each metric. metrics: from row weights (a weight of 0 leaves a row out) to
    figures.
    """
    dense = np.unique(entity, return_inverse=True)[1]
    rows = [metrics(w * drawn[dense]) for drawn in draws(dense, samples, seed)]
    result = {}
    for name in rows[0]:
        values = np.array([row[name] for row in rows])
        finite = values[np.isfinite(values)]
        result[name] = [float(edge) for edge in np.quantile(finite, [0.025, 0.975])] if len(finite) else []
    return result
