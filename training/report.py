from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from training.after_closing import Quarantined


@dataclass(frozen=True)
class TrainReport:
    """What a training did; `to_json` is the contract's `train --json`."""

    model: str
    version: int
    is_promoted: bool
    gate: dict[str, Any]
    rows: int
    positives: int
    split: dict[str, Any]
    metrics: dict[str, float]
    intervals: dict[str, list[float]]
    baselines: dict[str, dict[str, float]]
    quarantined: list[Quarantined]
    seconds: float
    details: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; a figure that is not defined is null."""
        content = {
            "model": self.model, "version": self.version, "promoted": self.is_promoted, "gate": self.gate,
            "rows": self.rows,
            "positives": self.positives, "split": self.split, "metrics": self.metrics, "intervals": self.intervals,
            "baselines": self.baselines, "quarantined": [column.to_json() for column in self.quarantined],
            "seconds": round(self.seconds, 1), **self.details,
        }  # fmt: skip
        return dict(_finite(content))


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
