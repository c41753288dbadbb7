from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from configs.sections import Training
from scoring.calibration import sigmoid, softmax
from scoring.encoding import encode_frame
from scoring.metrics import row_losses
from training.boosting import MAX_ROUNDS, fixed_parameters, training_matrix
from training.calibrate import fit_platt
from training.dataset import Dataset
from training.learn_encoding import learn_features
from training.own_pace import Customers, led_by_date
from training.recency import HalfLives, by_recency
from training.scorecards import BG_NBD, PACE_LED, fit_scorecard
from training.search_space import PRIOR, Parameters, booster_parameters, start_of

Floats = NDArray[np.float64]
STEP_ROUNDS = 10
PATIENCE_STEPS = 4
MAX_BLOCKS = 40
LEAST_BLOCK_ROWS = 5
MAX_FIT_ROWS = 60_000
MAX_JUDGED_ROWS = 20_000


class FoldMatrix:
    """One (earlier, next) pair of the search, encoded once; what is learnt is learnt from the earlier rows alone.

    Losses are told per block of the later rows' time, [blocks], so that a gain can be seen to last or not.
    """

    def __init__(
        self, earlier: Dataset, later: Dataset, settings: Training, seed: int, half_lives: HalfLives,
        bought: Dataset | None = None,
    ) -> None:  # fmt: skip
        """bought: rows from before the later ones, whose outcomes need not be known, to fit customers' pace to, as in
        use; the earlier ones without.
        """
        self.customers = Customers.of(earlier if bought is None else bought)
        earlier = earlier.sampled(MAX_FIT_ROWS, seed)
        self.specs = learn_features(earlier, settings)
        self.earlier, self.later = earlier, _at_most(later, MAX_JUDGED_ROWS, seed)
        self.encoded = encode_frame(self.specs, earlier.frame)
        self.encoded_later = encode_frame(self.specs, self.later.frame)
        self.seed, self.half_lives = seed, half_lives
        types = ["c" if spec.kind == "category" else "q" for spec in self.specs]
        self.matrix = training_matrix(self.encoded, earlier.y, types)
        self.matrix_later = xgb.DMatrix(self.encoded_later, feature_types=types, enable_categorical=True, nthread=1)
        self.block_count = max(1, min(MAX_BLOCKS, len(self.later) // LEAST_BLOCK_ROWS))
        self.block = np.arange(len(self.later)) * self.block_count // len(self.later)
        self.block_weights = np.bincount(self.block, weights=self.later.w, minlength=self.block_count)
        self._margins: dict[str, tuple[Floats, Floats]] = {}

    def margins(self, kind: str) -> tuple[Floats, Floats]:
        """Margins of the earlier and of the later rows by a scorecard, [n, outputs]; fitted at first use."""
        if kind not in self._margins:
            rows = self.earlier
            card = fit_scorecard(kind, self.specs, self.encoded, rows.y, rows.w, rows.class_count, self.customers)
            self._margins[kind] = card.margin(self.encoded), self._led(card.margin(self.encoded_later), kind)
        return self._margins[kind]

    def _prior(self, rows: Dataset) -> tuple[Floats, Floats]:
        """The rates of the past as the trees' rows weigh it."""
        card = fit_scorecard(PRIOR, self.specs, self.encoded, rows.y, rows.w, rows.class_count)
        return card.margin(self.encoded), card.margin(self.encoded_later)

    def boosted(self, point: Parameters, start: str) -> Iterator[Floats]:
        """Margins of the later rows by trees on a scorecard, after 10, 20, ... rounds."""
        rows = by_recency(self.earlier, self.half_lives.days(point["half_life_share"]))
        earlier, later = self.margins(start) if start != PRIOR else self._prior(rows)
        self.matrix.set_weight(rows.w)
        self.matrix.set_base_margin(_flat(earlier))
        self.matrix_later.set_base_margin(_flat(later))
        fixed = fixed_parameters(rows.class_count, self.seed, self.encoded.size)
        booster = xgb.Booster({**fixed, **booster_parameters(point)}, cache=[self.matrix, self.matrix_later])
        for number in range(MAX_ROUNDS):
            booster.update(self.matrix, number)
            if (number + 1) % STEP_ROUNDS == 0:
                margin = booster.predict(self.matrix_later, output_margin=True)
                yield margin.reshape(len(self.encoded_later), -1).astype(np.float64)

    def curves(self, point: Parameters, linear: str) -> dict[str, Floats]:
        """Losses [steps, blocks] of the trees alone (`boosted`) and of their mean with a scorecard (`stack`), until
        neither falls.
        """
        line, losses = self.margins(linear)[1], {"boosted": [], "stack": []}  # type: tuple[Floats, dict[str, list[Floats]]]
        for margin in self.boosted(point, start_of(point, linear)):
            losses["boosted"].append(self.losses(margin))
            losses["stack"].append(self.losses(self._led((margin + line) / 2, linear)))
            means = [[self.mean(step) for step in curve] for curve in losses.values()]
            if all(len(curve) - 1 - int(np.argmin(curve)) >= PATIENCE_STEPS for curve in means):
                break
        return {name: np.stack(curve) for name, curve in losses.items()}

    def _led(self, margin: Floats, linear: str) -> Floats:
        """With a line at the level of the pace, all of a mean with it is, date by date (training/pace_level.py)."""
        if linear not in PACE_LED:
            return margin
        return led_by_date(margin[:, 0], self.margins(BG_NBD)[1][:, 0], self.later.as_of)[:, None]

    def losses(self, margin: Floats) -> Floats:
        """Log loss per block once level and slope are set on all later rows, which is what calibration does in use.

        Without that a search would choose between levels, which move with the market, and not between what tells
        leads apart. The two parameters are the same for every rung, so none gains by them. Not so for customers, whose
        level stays (training/level.py): there a rung must know the level of a season that is to come.
        """
        later = self.later
        if margin.shape[1] > 1:
            rows = row_losses(later.y, softmax(margin))
        elif not later.is_by_entity:
            rows = row_losses(later.y, sigmoid(margin[:, 0]))
        else:
            levelled = fit_platt(margin[:, 0], later.y, later.w).apply(margin[:, 0])
            rows = row_losses(later.y, sigmoid(levelled))
        return np.bincount(self.block, weights=later.w * rows, minlength=self.block_count) / self.block_weights

    def mean(self, losses: Floats) -> float:
        """Log loss over all later rows, from that of the blocks."""
        return float(np.average(losses, weights=self.block_weights))


def _flat(margin: Floats) -> Floats:
    return margin if margin.shape[1] > 1 else margin[:, 0]


def _at_most(data: Dataset, count: int, seed: int) -> Dataset:
    if len(data) <= count:
        return data
    return data.take(np.sort(np.random.default_rng(seed).choice(len(data), count, replace=False)))
