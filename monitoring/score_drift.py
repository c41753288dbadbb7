"""Drift of the win probability: what today's model says of the leads of both windows, as they came in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from monitoring.mix_effect import MixEffect, split_change
from monitoring.sources import Model, ModelSource
from monitoring.texts import Text, percent, points
from monitoring.windows import Windows
from scoring.errors import NoModelError

MODEL_NAME = "win"
SCORE_COLUMN = "win_probability"
HISTOGRAM_BINS = 20


@dataclass(frozen=True)
class ScoreColumn:
    """The score as a column that can drift."""

    name: str = SCORE_COLUMN
    kind: Literal["number", "category"] = "number"
    en: str = "Win probability"
    zh: str = "赢单概率"
    unit: str | None = "share"
    words: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Scores:
    """Scores of both windows, shapes [m] and [n], by one model version."""

    model: Model
    model_version: int
    reference: npt.NDArray[np.float64]
    current: npt.NDArray[np.float64]
    effect: MixEffect

    @property
    def text(self) -> Text:
        """The change of the mean in words, with what the channel mix has to do with it."""
        effect = self.effect
        was, is_now = percent(effect.before, 1), percent(effect.now, 1)
        return Text(
            f"Mean win probability of new leads: {was} before, {is_now} now ({points(effect.change)} points; "
            f"{points(effect.mix)} from the channel mix, {points(effect.rate)} within the channels).",
            f"新线索的平均赢单概率由 {was} 变为 {is_now}（{points(effect.change)} 个百分点；"
            f"渠道构成贡献 {points(effect.mix)}，渠道内部变化贡献 {points(effect.rate)}）。",
        )

    def to_json(self) -> dict[str, Any]:
        """Version, split of the change and histograms as shares per bin of equal width."""
        edges = bin_edges(float(max(self.reference.max(), self.current.max())))
        return {
            "model": {
                "name": MODEL_NAME,
                "version": self.model_version,
                "trained_as_of": self.model.trained_as_of.isoformat(),
            },
            "mean": self.effect.to_json(),
            "histogram": {
                "edges": edges.round(6).tolist(),
                "reference": histogram(self.reference, edges),
                "current": histogram(self.current, edges),
            },
            **self.text.to_json(),
        }


def score_windows(registry: ModelSource, windows: Windows) -> Scores | None:
    """Score both windows by the champion; None where no model is in use. Neither window may be empty."""
    try:
        model, version = registry.load_champion(MODEL_NAME)
    except NoModelError:
        return None
    reference, current = (
        np.asarray(model.predict(model.encode(window.frame)), dtype=np.float64)
        for window in (windows.reference, windows.current)
    )
    effect = split_change(windows.reference.channels, reference, windows.current.channels, current)
    return Scores(model, version, reference, current, effect)


def bin_edges(highest: float) -> npt.NDArray[np.float64]:
    """Edges of `HISTOGRAM_BINS` bins from 0 to the next twentieth above the highest score.

    >>> bin_edges(0.33)[[0, 1, -1]].round(4).tolist()
    [0.0, 0.0175, 0.35]
    """
    top = min(1.0, math.ceil(highest * 20) / 20) or 1.0
    return np.linspace(0.0, top, HISTOGRAM_BINS + 1)


def histogram(scores: npt.NDArray[np.float64], edges: npt.NDArray[np.float64]) -> list[float]:
    """Share of the scores in each bin."""
    counts, _ = np.histogram(scores, bins=edges)
    shares: list[float] = (counts / max(1, scores.size)).tolist()
    return shares


def no_model_text() -> Text:
    """What is said where there is no model."""
    return Text(
        "There is no win model in use, so there are no scores to compare. Train one: funnelcast train win.",
        "目前没有在用的赢单模型，无法比较评分。请先训练：funnelcast train win。",
    )
