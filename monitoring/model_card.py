"""The model in use, for readers: version, what it learnt from, how it did on the test part beside the baselines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitoring.score_drift import MODEL_NAME, no_model_text
from monitoring.sources import Model
from monitoring.texts import Text

METRICS = {
    "roc_auc": Text("AUC (higher is better)", "AUC（越高越好）"),
    "average_precision": Text("Average precision (higher)", "平均精确率（越高越好）"),
    "lift_at_10": Text(
        "Wins in the best tenth, times the average (higher)", "前十分之一的赢单率为平均的几倍（越高越好）"
    ),
    "log_loss": Text("Log loss (lower)", "对数损失（越低越好）"),
    "brier": Text("Brier score (lower)", "Brier 分数（越低越好）"),
    "ece": Text("Calibration error (lower)", "校准误差（越低越好）"),
}
BASELINES = {
    "base_rate": Text("Base rate", "基准比率"),
    "naive_bayes": Text("Naive Bayes", "朴素贝叶斯"),
    "logistic": Text("Logistic", "逻辑回归"),
}


def model_card(model: Model | None, version: int | None) -> dict[str, Any]:
    """Figures of the champion; without one, the statement that there is none.

    `rows` hold one metric each: its name, the model's value and one value per baseline, None where it was not measured.
    """
    if model is None:
        return {
            "name": MODEL_NAME,
            "version": None,
            "statement": no_model_text().to_json(),
            "rows": [],
            "baselines": [],
        }
    measured: Mapping[str, Any] = model.provenance.get("baselines") or {}
    shown = [name for name in BASELINES if name in measured]
    return {
        "name": MODEL_NAME,
        "version": version,
        "trained_as_of": model.trained_as_of.isoformat(),
        "horizon_days": model.horizon_days,
        "statement": None,
        "baselines": [{"name": name, **BASELINES[name].to_json()} for name in shown],
        "rows": [
            {
                "metric": metric,
                **label.to_json(),
                "model": model.metrics[metric],
                "baselines": [measured[name].get(metric) for name in shown],
            }
            for metric, label in METRICS.items()
            if metric in model.metrics
        ],
    }
