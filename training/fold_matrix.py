from __future__ import annotations

from typing import Any

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from configs.sections import Training
from scoring.calibration import sigmoid, softmax
from scoring.encoding import encode_frame
from scoring.metrics import log_loss
from training.boosting import MAX_ROUNDS, fixed_parameters, training_matrix
from training.calibrate import fit_platt
from training.dataset import Dataset
from training.learn_encoding import learn_features
from training.recency import HalfLives, by_recency
from training.scorecards import fit_scorecard
from training.search_space import Parameters, booster_parameters

Floats = NDArray[np.float64]
STEP_ROUNDS = 10
PATIENCE_STEPS = 5
MAX_JUDGED_ROWS = 20_000


class FoldMatrix:
    """One (earlier, next) pair of the search, encoded once; what is learnt is learnt from the earlier rows alone."""

    def __init__(self, earlier: Dataset, later: Dataset, settings: Training, seed: int, half_lives: HalfLives) -> None:
        self.specs = learn_features(earlier, settings)
        self.earlier, self.later = earlier, _at_most(later, MAX_JUDGED_ROWS, seed)
        self.encoded = encode_frame(self.specs, earlier.frame)
        self.encoded_later = encode_frame(self.specs, self.later.frame)
        self.seed, self.half_lives = seed, half_lives
        types = ["c" if spec.kind == "category" else "q" for spec in self.specs]
        self.matrix = training_matrix(self.encoded, earlier.y, types)
        self.matrix_later = xgb.DMatrix(self.encoded_later, feature_types=types, enable_categorical=True, nthread=1)
        self._starts: dict[tuple[str, float | None], tuple[Floats, Floats]] = {}

    def start(self, kind: str, half_life: float | None) -> tuple[Floats, Floats]:
        """Starting margins of the earlier and of the later rows; fitted at first use."""
        if (kind, half_life) not in self._starts:
            w = by_recency(self.earlier, half_life).w
            card = fit_scorecard(kind, self.specs, self.encoded, self.earlier.y, w, self.earlier.class_count)
            self._starts[kind, half_life] = card.margin(self.encoded), card.margin(self.encoded_later)
        return self._starts[kind, half_life]

    def curve(self, point: Parameters) -> list[float]:
        """Loss on the later rows after 0, 10, 20, ... rounds, until it stops falling."""
        half_life = self.half_lives.days(point["half_life_share"])
        start, start_later = self.start(point["start"], half_life)
        self.matrix.set_weight(by_recency(self.earlier, half_life).w)
        self.matrix.set_base_margin(_flat(start))
        self.matrix_later.set_base_margin(_flat(start_later))
        parameters = booster_parameters(point)
        fixed = fixed_parameters(self.earlier.class_count, self.seed, self.encoded.size)
        booster = xgb.Booster({**fixed, **parameters}, cache=[self.matrix, self.matrix_later])
        losses = [self.loss(start_later)]
        while (len(losses) - 1) * STEP_ROUNDS < MAX_ROUNDS and len(losses) - 1 - int(
            np.argmin(losses)
        ) < PATIENCE_STEPS:
            first = (len(losses) - 1) * STEP_ROUNDS
            for number in range(first, first + STEP_ROUNDS):
                booster.update(self.matrix, number)
            losses.append(self.loss(booster.predict(self.matrix_later, output_margin=True)))
        return losses

    def loss(self, margin: NDArray[Any]) -> float:
        """Log loss of the later rows once level and slope are set on them, which is what calibration does in use.

        Without that a search would choose between levels, which move with the market, and not between what tells
        leads apart. The two parameters are the same for every point, so none gains by them.
        """
        rows = margin.reshape(len(self.later), -1).astype(np.float64)
        if rows.shape[1] > 1:
            return log_loss(self.later.y, softmax(rows), self.later.w)
        levelled = fit_platt(rows[:, 0], self.later.y, self.later.w).apply(rows[:, 0])
        return log_loss(self.later.y, sigmoid(levelled), self.later.w)


def _flat(margin: Floats) -> Floats:
    return margin if margin.shape[1] > 1 else margin[:, 0]


def _at_most(data: Dataset, count: int, seed: int) -> Dataset:
    if len(data) <= count:
        return data
    return data.take(np.sort(np.random.default_rng(seed).choice(len(data), count, replace=False)))
