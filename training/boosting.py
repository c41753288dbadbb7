"""Gradient boosting on top of a starting margin (XGBoost; Chen and Guestrin 2016)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

MAX_ROUNDS = 300
MAX_BIN = 128
MANY_CELLS = 500_000


def fixed_parameters(classes: int, seed: int, cells: int) -> dict[str, Any]:
    """What is not searched. The base score is 0 log-odds: the starting margin says all that is known without trees.

    The number of threads depends on the data alone, because sums of floats depend on it: the same data gives the same
    bytes on any machine. Few cells are done sooner by one thread.
    """
    many = {"objective": "multi:softprob", "num_class": classes, "base_score": 0.0}
    two = {"objective": "binary:logistic", "base_score": 0.5}
    common = {"tree_method": "hist", "max_bin": MAX_BIN, "nthread": thread_count(cells), "seed": seed, "verbosity": 0}
    return {**common, **(many if classes > 2 else two)}


def training_matrix(encoded: NDArray[np.float32], y: NDArray[np.int_], feature_types: list[str]) -> xgb.QuantileDMatrix:
    """Binned rows for training; set their weights and base margin before use."""
    return xgb.QuantileDMatrix(
        encoded,
        y,
        feature_types=feature_types,
        enable_categorical=True,
        max_bin=MAX_BIN,
        nthread=thread_count(encoded.size),
    )


def thread_count(cells: int) -> int:
    """Threads for a matrix of this many cells."""
    return 1 if cells < MANY_CELLS else 2


def boost(
    parameters: Mapping[str, Any],
    matrix: xgb.QuantileDMatrix,
    w: NDArray[np.float64],
    start: NDArray[np.float64],
    rounds: int,
) -> xgb.Booster:
    """Boost a number of rounds on the margin `start`, [n, outputs]; no rounds leave the start as it is."""
    matrix.set_weight(w)
    matrix.set_base_margin(start if start.shape[1] > 1 else start[:, 0])
    return xgb.train(dict(parameters), matrix, num_boost_round=rounds)
