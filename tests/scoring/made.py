"""Small artefacts made without training."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import xgboost as xgb

from scoring.artefact import Artefact, Mask
from scoring.calibration import Calibrator
from scoring.feature_spec import FeatureSpec
from scoring.scorecard import Scorecard, Term

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
SPECS = (
    FeatureSpec("response_hours", "number", "First response", "首次响应", "hours"),
    FeatureSpec("channel_id", "category", "Channel", "渠道", None, ("web", "trade_show"), has_other=True),
    FeatureSpec("size", "category", "Size", "规模", None, ("small", "large"), has_other=False),
)
TIER = FeatureSpec("rfm_tier", "category", "Tier", "客户层级", None, ("maintenance", "growth", "strategic"))
CALIBRATORS = {
    "identity": Calibrator(),
    "platt": Calibrator("platt", (0.7,), (0.3,), offset=0.2),
    "beta": Calibrator("beta", (0.6,), (1.3,), third=0.4),
    "isotonic": Calibrator("isotonic", (-3.0, -1.0, 0.5, 3.0), (-2.0, -2.0, 0.1, 1.5)),
}
REFERENCE = {
    "rates": [0.85, 0.15],
    "features": {
        "response_hours": {"medians": [5.0, 1.4], "missing_rates": [0.9, 0.1]},
        "channel_id": {
            "values": {"trade_show": {"rates": [0.94, 0.06]}, "": {"rates": [0.8, 0.2]}},
            "missing_rates": None,
        },
        "size": {"values": {"large": {"rates": None, "class_shares": [0.3, 0.4]}}, "missing_rates": None},
    },
}


def drawn(rng: np.random.Generator, values: list[str | None], count: int) -> pd.Series:
    return pd.Series(rng.choice(np.array(values, dtype=object), count), dtype=object)


def rows(count: int = 200, seed: int = 0) -> pd.DataFrame:
    """Rows with missing values and with categories that no model has seen."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame({
        "entity_id": [f"L{i:04d}" for i in range(count)],
        "response_hours": np.where(rng.random(count) < 0.1, np.nan, rng.exponential(5, count)),
        "channel_id": drawn(rng, ["web", "trade_show", "never seen", None], count),
        "size": drawn(rng, ["small", "large", "never seen", None], count),
        "rfm_tier": drawn(rng, ["maintenance", "growth", "strategic"], count),
        "expected_amount_cents": np.where(rng.random(count) < 0.2, np.nan, rng.integers(1, 10**7, count)),
        "monetary_cents_365d": np.where(rng.random(count) < 0.2, np.nan, rng.integers(1, 10**7, count)),
        "size_fit": rng.random(count), "credit_hold": (rng.random(count) < 0.1).astype(float),
        "prescreen": pd.Series(np.where(rng.random(count) < 0.1, "budget_misfit", None), dtype=object),
    })  # fmt: skip


def artefact(name: str = "win", calibrator: str = "platt", rounds: int = 12) -> Artefact:
    """A model on `SPECS` (rfm: and the tier), trees on noise, points on two columns."""
    classes = 3 if name == "rfm" else 2
    specs = (*SPECS, TIER) if name == "rfm" else SPECS
    outputs = classes if classes > 2 else 1
    rng = np.random.default_rng(3)
    encoded = np.column_stack(
        [rng.exponential(5, 400), *(rng.integers(0, spec.count_codes, 400) for spec in specs[1:])]
    ).astype(np.float32)
    data = xgb.DMatrix(
        encoded, rng.integers(0, classes, 400), feature_types=["q"] + ["c"] * (len(specs) - 1), enable_categorical=True
    )
    objective = (
        {"objective": "multi:softprob", "num_class": 3, "base_score": 0.0}
        if classes > 2
        else {"objective": "binary:logistic", "base_score": 0.5}
    )
    card = Scorecard("logistic_weak", np.linspace(-1, 0, outputs), (
        Term(0, np.array([1.0, 4.0], dtype=np.float32), rng.normal(size=(4, outputs)), is_category=False),
        Term(1, np.empty(0, dtype=np.float32), rng.normal(size=(4, outputs)), is_category=True),
    ))  # fmt: skip
    made = Artefact(
        name=name, features=specs, scorecard=card,
        booster=xgb.train({**objective, "max_depth": 4, "seed": 1, "nthread": 1}, data, rounds),
        calibrator=Calibrator("vector", (0.8, 1.0, 1.2), (0.1, 0.0, -0.1)) if classes > 2 else CALIBRATORS[calibrator],
        trained_as_of=AS_OF, horizon_days=90, masks=(Mask(3, 0, 0), Mask(3, 2, 2)) if name == "rfm" else (),
        grade_thresholds={"A": 0.6, "B": 0.4, "C": 0.2},
        reference=REFERENCE if name == "win" else {"downgrade_shares": {"growth": 0.25}},
    )  # fmt: skip
    encoded_rows = made.encode(rows(3))
    smoke = {
        "rows": [[None if np.isnan(v) else float(v) for v in row] for row in encoded_rows],
        "predictions": made.predict(encoded_rows).tolist(),
    }
    return Artefact(**{**made.__dict__, "smoke": smoke})
