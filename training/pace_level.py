"""The level of a churn model that is led by the customers' pace: that of the customers of the day, week after week.

How many of the customers of a day will buy no more moves with who they are: after Christmas many bought just now who
will not again soon. What became of them is known a season later, and then it is another season's; BG/NBD expects it of
the same purchases on the same day. So the mean probability of the active customers is BG/NBD's on each day of the test,
and between two trainings the same model becomes the next version whenever that has moved. Features, trees and ranking
stay. As in `training/relevel.py`, a version that somebody took back by `rollback` is not levelled again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from configs.settings import Settings
from scoring.artefact import Artefact
from scoring.calibration import sigmoid
from scoring.registry import Registry
from training.dataset import Dataset
from training.gate import Verdict
from training.gate_words import Words
from training.own_pace import led_by_date, offset_between
from training.relevel import LEVEL_OF, at_moved_level, registered_at_level

Floats = NDArray[np.float64]
LED = {"of": "pace"}  # in a model's provenance, under `level`
LEAST_SHIFT = 0.05  # log-odds: one point of a hundred at most, below which no version is worth its place


@dataclass(frozen=True)
class Led:
    """The version that was registered and promoted; the mean probability of the active customers before and now."""

    version: int
    before: float
    now: float
    words: Words

    def to_json(self) -> dict[str, Any]:
        """As `monitor` tells it."""
        en, zh = self.words["en"], self.words["zh"]
        return {"version": self.version, "mean_before": self.before, "mean_now": self.now, "en": en, "zh": zh}


def is_led(model: Artefact) -> bool:
    """Whether the model's level is to be that of the pace on each day."""
    return bool(LED.items() <= model.provenance.get("level", {}).items())


def log_odds_by_date(model: Artefact, part: Dataset) -> Floats:
    """Log-odds of a part's rows, [n], each date's at the level of the pace of its customers."""
    encoded = model.encode(part.frame)
    return led_by_date(model.log_odds(encoded), _pace(model, encoded), part.as_of)


def at_level_of(model: Artefact, active: pd.DataFrame) -> Artefact:
    """The model at the level of the pace of these customers; as it is where there is none."""
    if active.empty:
        return model
    _, shift = _off(model, active)
    return replace(model, calibrator=model.calibrator.at_level(1.0, np.array([shift])))


def follow_pace(registry: Registry, active: pd.DataFrame, settings: Settings) -> Led | None:
    """Bring the churn champion to the level of the customers active now; None where it has it or does not follow.

    active: rows of `repository.current_frame("customers", now)`.

    Raises
    ------
    NoModelError: there is no churn champion.
    """
    if active.empty:
        return None
    model, version = registry.load_champion("churn")
    was_taken_back = any(row.get(LEVEL_OF) == str(version) for row in registry.versions("churn"))
    if not is_led(model) or was_taken_back:
        return None
    log_odds, shift = _off(model, active)
    if abs(shift) < LEAST_SHIFT:
        return None
    before, now = float(sigmoid(log_odds).mean()), float(sigmoid(log_odds + shift).mean())
    words = _said(before, now, len(active))
    moved = at_moved_level(model, version, 1.0, shift)
    return Led(registered_at_level(moved, version, Verdict(True, words, ()), registry, settings), before, now, words)


def _off(model: Artefact, active: pd.DataFrame) -> tuple[Floats, float]:
    """Log-odds of these customers, [n], and what they lack to the level of the pace."""
    encoded = model.encode(active)
    log_odds = model.log_odds(encoded)
    return log_odds, offset_between(log_odds, _pace(model, encoded))


def _pace(model: Artefact, encoded: NDArray[np.float32]) -> Floats:
    """Log-odds of the customers' own pace alone, [n]."""
    if model.scorecard.pace is None:
        raise ValueError("A model that is led by the pace must hold one.")
    return replace(model.scorecard.pace, weight=1.0).margin(encoded)


def _said(before: float, now: float, count: int) -> Words:
    return {
        "en": f"The same churn model at the level of today's {count:,} active customers: by their own pace {now:.0%} "
        f"of them will buy no more within the horizon, where it said {before:.0%}. Figures and curves are still those "
        "of its test.",
        "zh": f"流失模型不变，仅按当前 {count:,} 位活跃客户的购买节奏调整水平：预计其中 {now:.0%} 在期限内不再购买"
        f"（原为 {before:.0%}）。指标与曲线仍为原训练检验的结果。",
    }
