"""What the search may choose for the trees, and where it begins."""

from __future__ import annotations

from typing import Any

from optuna.trial import Trial

Parameters = dict[str, Any]
# Half-life of a row's weight as a share of the history; 0: all rows count alike.
HALF_LIFE_SHARES = [0.0, 0.5, 0.2, 0.1, 0.05, 0.02]
# How far a column may move with the calendar (training/shift.py).
EVERY_COLUMN = 1.0
MAX_SHIFTS = [0.5, 0.3, EVERY_COLUMN]
PRIOR, LINE = "prior", "line"  # trees begin at the rates of the past, or at the best logistic regression
OURS = ("start", "half_life_share", "max_shift")


def suggest(trial: Trial) -> Parameters:
    """One point of the space: how rows and columns are chosen, and XGBoost's parameters from shy to bold."""
    return {
        "start": trial.suggest_categorical("start", [PRIOR, LINE]),
        "half_life_share": trial.suggest_categorical("half_life_share", HALF_LIFE_SHARES),
        "max_shift": trial.suggest_categorical("max_shift", MAX_SHIFTS),
        "eta": trial.suggest_float("eta", 0.01, 0.3, log=True),
        "max_depth": trial.suggest_int("max_depth", 2, 8),
        "min_child_weight": trial.suggest_float("min_child_weight", 1.0, 100.0, log=True),
        "subsample": trial.suggest_float("subsample", 0.5, 1.0),
        "colsample_bytree": trial.suggest_float("colsample_bytree", 0.3, 1.0),
        "reg_lambda": trial.suggest_float("reg_lambda", 0.1, 100.0, log=True),
        "reg_alpha": trial.suggest_float("reg_alpha", 1e-3, 10.0, log=True),
        "max_cat_to_onehot": trial.suggest_categorical("max_cat_to_onehot", [1, 8, 64]),
    }


def first_points() -> list[Parameters]:
    """Sound points that are tried before the sampler chooses: with a budget of one trial the first must do."""
    shy: Parameters = {
        "eta": 0.05, "max_depth": 3, "min_child_weight": 10.0, "subsample": 0.8, "colsample_bytree": 0.6,
        "reg_lambda": 10.0, "reg_alpha": 0.1, "max_cat_to_onehot": 8,
    }  # fmt: skip
    usual = {**shy, "max_depth": 5, "min_child_weight": 3.0, "reg_lambda": 1.0}
    return [
        {**shy, "start": PRIOR, "half_life_share": 0.0, "max_shift": 1.0},
        {**shy, "start": LINE, "half_life_share": 0.0, "max_shift": 0.5},
        {**shy, "start": PRIOR, "half_life_share": 0.2, "max_shift": 0.5},
        {**shy, "start": LINE, "half_life_share": 0.0, "max_shift": 0.3},
        {**shy, "start": PRIOR, "half_life_share": 0.05, "max_shift": 1.0},
        {**usual, "start": PRIOR, "half_life_share": 0.0, "max_shift": 0.5},
    ]


def booster_parameters(point: Parameters) -> Parameters:
    """The part of a point that is XGBoost's."""
    return {name: value for name, value in point.items() if name not in OURS}


def start_of(point: Parameters, linear: str) -> str:
    """The scorecard that a point's trees begin at; linear: the best logistic one."""
    return linear if point["start"] == LINE else PRIOR
