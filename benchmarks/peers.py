"""Peers' defaults on the rows that funnelcast trains on: same columns, same split, judged on the same newest part.

Each is fit on everything before the test, numbers as they are and categories as codes, and gets no correction of its
level. LightGBM and FLAML come with `pip install -e '.[bench]'`; where one is absent it is skipped with a line.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.dataset import Dataset

Floats = NDArray[np.float64]
FLAML_SECONDS = 60


def peer_predictions(past: Dataset, test: Dataset, seed: int) -> Iterator[tuple[str, Floats | str]]:
    """(name, probabilities [n] or [n, classes]), or (name, why it was skipped)."""
    known, asked = _frames(past, test)
    for name, (package, fit) in PEERS.items():
        if find_spec(package) is None:
            yield name, f"skipped: {package} is not installed, see the `bench` extra"
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the peers' own affairs
            p = fit(known, past.y, past.w, seed).predict_proba(asked)
        yield name, np.asarray(p[:, 1] if past.class_count == 2 else p, dtype=np.float64)


def _frames(past: Dataset, test: Dataset) -> tuple[pd.DataFrame, pd.DataFrame]:
    names = [feature.name for feature in past.features if past.frame[feature.name].notna().any()]
    kinds = {feature.name: feature.kind for feature in past.features}
    parts = []
    for part in (past, test):
        columns = {}
        for name in names:
            if kinds[name] == "number":
                columns[name] = pd.to_numeric(part.frame[name]).to_numpy(dtype=np.float64)
            else:
                levels = past.frame[name].dropna().map(str).value_counts().index[:200]
                columns[name] = pd.Categorical(part.frame[name].map(str), categories=levels)
        parts.append(pd.DataFrame(columns))
    return parts[0], parts[1]


def _hist_gradient_boosting(x: pd.DataFrame, y: NDArray[np.int_], w: Floats, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 (only where it is run)

    return HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=seed).fit(x, y, w)


def _lightgbm(x: pd.DataFrame, y: NDArray[np.int_], w: Floats, seed: int) -> Any:
    from lightgbm import LGBMClassifier  # noqa: PLC0415

    return LGBMClassifier(random_state=seed, n_jobs=2, verbose=-1).fit(x, y, sample_weight=w)


def _flaml(x: pd.DataFrame, y: NDArray[np.int_], w: Floats, seed: int) -> Any:
    from flaml import AutoML  # noqa: PLC0415

    model = AutoML()
    model.fit(x, y, sample_weight=w, task="classification", metric="log_loss", time_budget=FLAML_SECONDS, seed=seed,
              verbose=0, n_jobs=2, estimator_list=["lgbm", "xgboost", "rf", "extra_tree"])  # fmt: skip
    return model


PEERS: dict[str, tuple[str, Callable[..., Any]]] = {
    "hist_gradient_boosting": ("sklearn", _hist_gradient_boosting),
    "lightgbm": ("lightgbm", _lightgbm),
    "flaml_60s": ("flaml", _flaml),
}
