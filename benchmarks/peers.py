"""Peers' defaults on the rows that funnelcast trains on: same columns, same split, judged on the same newest part.

Each is fit on everything before the test, numbers as they are and categories as codes, and gets no correction of its
level. On a state that holds the data: `FUNNELCAST_HOME=STATE python -m benchmarks.peers win --as-of 2010-12-31`.
LightGBM and FLAML come with `pip install -e '.[bench]'`; where one is absent it is skipped with a line.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd
import sklearn  # noqa: F401  # before XGBoost, which FLAML fits through it (scoring/quick_xgboost.py)
from numpy.typing import NDArray

from configs.settings import load_settings
from features.repository import FeatureRepository
from funnelcast.moments import read_moment
from funnelcast.tables import text_table
from scoring.metrics import BINARY_METRICS, MULTICLASS_METRICS
from training.dataset import Dataset
from training.judgement import metrics_of
from training.leakage import quarantine
from training.split import split

Floats = NDArray[np.float64]
Figures = dict[str, dict[str, float]]  # metric by peer
FLAML_SECONDS = 60


def main() -> None:
    """Print the peers' figures on the newest part of one state."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("model", choices=["win", "churn", "rfm"])
    options.add_argument("--as-of", required=True)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    rows = [[name, *map(rounded, figures.values())] for name, figures in
            peer_figures(chosen.model, chosen.as_of, chosen.seed).items()]  # fmt: skip
    print(text_table(["peer", *(MULTICLASS_METRICS if chosen.model == "rfm" else BINARY_METRICS)], rows))


def peer_figures(model: str, as_of: str, seed: int) -> Figures:
    """Metrics of each peer that is installed, on the newest part of the state that the environment names."""
    settings = load_settings()
    frame = FeatureRepository(settings).training_frame(model, read_moment(as_of, settings.intake.timezone))
    parts = split(Dataset.of(model, frame), settings.training, seed)
    kept_out = quarantine(parts.fit, None, settings.training.leakage, parts.before_test)
    parts = parts.without([one.column for one in kept_out])
    result: Figures = {}
    for name, p in peer_predictions(parts.before_test, parts.test, seed):
        if isinstance(p, str):
            print(f"{name} {p}", file=sys.stderr)
        else:
            result[name] = metrics_of(parts.test, p, parts.test.w)
    return result


def rounded(figure: float) -> float:
    """Four decimals."""
    return round(figure, 4)


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
        columns: dict[str, Any] = {}
        for name in names:
            if kinds[name] == "number":
                columns[name] = pd.to_numeric(part.frame[name]).to_numpy(dtype=np.float64)
            else:
                levels = past.frame[name].dropna().map(str).value_counts().index[:200]
                columns[name] = pd.Categorical(part.frame[name].map(str), categories=levels)
        parts.append(pd.DataFrame(columns))
    return parts[0], parts[1]


def hist_gradient_boosting(x: pd.DataFrame, y: NDArray[np.int_], w: Floats, seed: int) -> Any:
    """Fit with its defaults; columns of categories as such."""
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 (only where it is run)

    return HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=seed).fit(x, y, w)


def _lightgbm(x: pd.DataFrame, y: NDArray[np.int_], w: Floats, seed: int) -> Any:
    from lightgbm import LGBMClassifier  # noqa: PLC0415

    return LGBMClassifier(random_state=seed, n_jobs=2, verbose=-1).fit(x, y, sample_weight=w)


def _flaml(x: pd.DataFrame, y: NDArray[np.int_], w: Floats, seed: int) -> Any:
    flaml: Any = import_module("flaml")
    model = flaml.AutoML()
    model.fit(x, y, sample_weight=w, task="classification", metric="log_loss", time_budget=FLAML_SECONDS, seed=seed,
              verbose=0, n_jobs=2, estimator_list=["lgbm", "xgboost", "rf", "extra_tree"])  # fmt: skip
    return model


PEERS: dict[str, tuple[str, Callable[..., Any]]] = {
    "hist_gradient_boosting": ("sklearn", hist_gradient_boosting),
    "lightgbm": ("lightgbm", _lightgbm),
    "flaml_60s": ("flaml", _flaml),
}


if __name__ == "__main__":
    main()
