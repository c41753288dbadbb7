"""Whether realised outcomes say, beyond chance, that a model fell below its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from configs.sections.retraining import PerformanceLine
from monitoring.live.figures import GroupFigures
from monitoring.texts import Text


@dataclass(frozen=True)
class Reason:
    """A rule that speaks, with its figures and in words."""

    rule: str
    figures: dict[str, Any]
    text: Text

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {"rule": self.rule, "figures": self.figures, **self.text.to_json()}


def performance_reasons(group: GroupFigures, tested: Mapping[str, float], line: PerformanceLine) -> list[Reason]:
    """Rules that the realised figures of one model version break; none while its outcomes are too few.

    Estimates never count here: they assume what is in question.
    """
    if group.realised is None:
        return []
    return [*_base_rate(group, line), *_auc(group, tested, line), *_calibration(group, line)]


def _base_rate(group: GroupFigures, line: PerformanceLine) -> list[Reason]:
    over = (group.realised or {})["log_loss_over_base"]
    if not line.must_beat_base_rate or over.interval is None or over.interval.low <= 0:
        return []
    text = Text(
        f"The log loss of {group.known:,} known outcomes is worse than that of the plain win rate by {over.value:.4f} "
        f"({over.interval.low:.4f} to {over.interval.high:.4f}).",
        f"{group.known:,} 个已知结果的对数损失比直接使用赢单率高 {over.value:.4f}"
        f"（{over.interval.low:.4f} 至 {over.interval.high:.4f}）。",
    )
    return [Reason("performance.base_rate", over.to_json(), text)]


def _auc(group: GroupFigures, tested: Mapping[str, float], line: PerformanceLine) -> list[Reason]:
    auc, test = (group.realised or {})["roc_auc"], tested.get("roc_auc")
    if test is None or auc.interval is None or auc.interval.high >= test - line.max_auc_drop:
        return []
    text = Text(
        f"ROC AUC on known outcomes is {auc.value:.3f} (at most {auc.interval.high:.3f}), against {test:.3f} in its "
        "test.",
        f"已知结果上的 ROC AUC 为 {auc.value:.3f}（至多 {auc.interval.high:.3f}），训练检验时为 {test:.3f}。",
    )
    return [Reason("performance.auc", {**auc.to_json(), "tested": test, "line": test - line.max_auc_drop}, text)]


def _calibration(group: GroupFigures, line: PerformanceLine) -> list[Reason]:
    error, chance = (group.realised or {})["ece"], group.ece_by_chance
    if error.value is None or chance is None or error.value <= max(line.max_ece, chance):
        return []
    text = Text(
        f"Probabilities are off by {error.value:.3f} on average; the line is {line.max_ece:.3f}, and chance gives at "
        f"most {chance:.3f}.",
        f"概率平均偏差 {error.value:.3f}，上限为 {line.max_ece:.3f}，随机波动至多 {chance:.3f}。",
    )
    figures = {**error.to_json(), "by_chance": chance, "line": line.max_ece}
    return [Reason("performance.calibration", figures, text)]
