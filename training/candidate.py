"""From the chosen point to a whole model: fit, calibrate, grades, reference, smoke rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import xgboost as xgb
from numpy.typing import NDArray

from configs.settings import Settings
from scoring.artefact import Artefact, Mask
from scoring.calibration import Calibrator
from scoring.encoding import encode_frame
from scoring.feature_spec import FeatureSpec
from scoring.grades import grade_thresholds
from scoring.scorecard import Scorecard, mean_scorecard
from training.boosting import boost, fixed_parameters, training_matrix
from training.calibrate import anchored
from training.calibrator_choice import Margins, choose_calibrator
from training.dataset import Dataset
from training.learn_encoding import learn_features
from training.level import Told, best_memory
from training.own_pace import Customers, fit_pace, offset_between
from training.recency import DAY, HalfLives, by_recency
from training.reference import reference_of
from training.scorecards import PACE_LED, fit_scorecard
from training.search_space import PRIOR, booster_parameters
from training.season import has_come_round
from training.split import Split, before, bought_before, folds, holds
from training.tuning import Choice

# By the rule of the tiers (configs/rfm.yaml) nothing is below the one and above the other.
IMPOSSIBLE = {"maintenance": 0, "strategic": 2}
SMOKE_ROWS = 5


@dataclass(frozen=True)
class Candidate:
    """A calibrated artefact, and how many matured outcomes its level follows (None: none).

    is_led: whether its level is that of the customers' pace, day by day (training/pace_level.py).
    """

    artefact: Artefact
    memory: int | None
    is_led: bool = False


def fit_candidate(parts: Split, choice: Choice, settings: Settings, seed: int, trained_as_of: datetime) -> Candidate:
    """The chosen rung, fit and calibrated; the test part is not looked at.

    The recipe is fit on the fit part, so that its margins of the later calibration part teach the calibrator's shape,
    and then on all rows before the test, since the newest rows tell most. The level is then set by the rows that
    counted in that last fit.
    """
    recipe = Recipe(choice, settings, seed, trained_as_of, HalfLives.of(parts.before_test))
    first = recipe.fit(parts.fit, bought_before(parts, parts.calibrate))
    before, level = _rehearsal(recipe, parts, first)
    is_mature = recipe.is_mature(parts.calibrate, parts.test_from)
    shape = choose_calibrator(
        before, level, margins(first, parts.calibrate), is_mature=is_mature, has_seasons=not parts.test.is_by_entity
    )
    last = recipe.fit(parts.before_test, parts.past)
    if not last.is_multiclass and shape.kind != "identity":
        newest = margins(last, recipe.newest(parts.before_test, parts.calibrate, parts.test_from))
        shape = anchored(shape, newest.margin, newest.y, newest.w)
    masked = replace(last, masks=_masks(parts.before_test, last.features), calibrator=shape)
    # What a calibrator learnt of the level, outcomes told it: then the pace does not lead.
    is_led = choice.rung.linear in PACE_LED and shape.kind == "identity"
    return Candidate(masked, _memory(replace(first, masks=_masks(parts.fit, first.features)), parts), is_led)


def _memory(first: Artefact, parts: Split) -> int | None:
    """Rehearsed on the calibration part by a model that did not learn from it."""
    # A customer's outcome is a season old when it is known: following it sets winter's level in summer.
    if not parts.is_calibrated_later or not parts.test.is_by_entity:
        return None
    return best_memory(told_by(first, parts.calibrate), told_by(first, parts.past))


def told_by(model: Artefact, part: Dataset) -> Told:
    """What the model says of a part's rows, and what became of them."""
    return Told(model.log_odds(model.encode(part.frame)), part.y, part.w, part.as_of, part.max_known_at)


def margins(model: Artefact, part: Dataset) -> Margins:
    """The model's margins of a part."""
    return Margins(model.margin(model.encode(part.frame)), part.y, part.w)


def _rehearsal(recipe: Recipe, parts: Split, first: Artefact) -> tuple[Margins | None, Margins]:
    """The block before the calibration part as a model fit before it sees it, and as `first`, whose level it sets.

    With what was known when the calibration part began; the first is None where history has no such block, and for
    churn while the year has not come round: two seasons in a row say nothing of the level of the next.
    """
    if parts.fit.model == "churn" and not has_come_round(parts.before_test):
        return None, margins(first, parts.fit)
    settings, now = recipe.settings.training, parts.calibrate_from
    earlier = folds(parts, settings, recipe.seed)[:-1]
    if now is None or not earlier:
        return None, margins(first, parts.fit)
    block = before(parts.past, now, now, settings, start=earlier[-1][1].group_at.min())
    if not holds(block, settings.min_part_class_rows):
        return None, margins(first, parts.fit)
    fit = recipe.fit(earlier[-1][0], bought_before(parts, block))
    return margins(fit, block), margins(first, recipe.newest(parts.fit, block, now))


def at_level_of_pace(model: Artefact, customers: Customers) -> Artefact:
    """The model with its mean probability of the customers as they are now moved to that of their pace."""
    now = model.encode(customers.now)
    moved = offset_between(model.margin(now), fit_pace(model.features, now, customers).margin(now)[:, 0])
    return replace(model, scorecard=replace(model.scorecard, intercept=model.scorecard.intercept + moved))


@dataclass(frozen=True)
class Recipe:
    """How the chosen point is fit to a part."""

    choice: Choice
    settings: Settings
    seed: int
    trained_as_of: datetime
    half_lives: HalfLives

    def fit(self, part: Dataset, bought: Dataset | None = None) -> Artefact:
        """An artefact without calibration. bought: rows whose customers' pace is fit; a purchase is known before the
        outcome is.
        """
        customers = Customers.of(part if bought is None else bought)
        rung, specs = self.choice.rung, learn_features(part, self.settings.training)
        encoded = encode_frame(specs, part.frame)
        kinds = [kind for kind in (rung.start, rung.linear) if kind is not None]
        weights = {PRIOR: self.weighted(part).w}
        cards = [
            fit_scorecard(kind, specs, encoded, part.y, weights.get(kind, part.w), part.class_count, customers)
            for kind in kinds
        ]
        booster = self._trees(part, specs, encoded, cards[0])
        whole = Artefact(
            name=part.model, features=specs, booster=booster, scorecard=mean_scorecard(rung.name, cards),
            tree_weight=1 / len(cards), calibrator=Calibrator(), trained_as_of=self.trained_as_of,
            horizon_days=part.horizon_days,
        )  # fmt: skip
        return at_level_of_pace(whole, customers) if customers is not None and rung.linear in PACE_LED else whole

    def _trees(
        self, part: Dataset, specs: tuple[FeatureSpec, ...], encoded: NDArray[np.float32], start: Scorecard
    ) -> xgb.Booster:
        """Trees boosted on a scorecard; without rounds an empty booster."""
        rows = self.weighted(part)
        matrix = training_matrix(encoded, rows.y, ["c" if spec.kind == "category" else "q" for spec in specs])
        parameters = {
            **fixed_parameters(rows.class_count, self.seed, encoded.size),
            **booster_parameters(self.choice.rung.point),
        }
        return boost(parameters, matrix, rows.w, start.margin(encoded), self.choice.rung.rounds)

    @property
    def half_life_share(self) -> float:
        """That of the trees; a scorecard alone counts all rows alike."""
        return float(self.choice.rung.point.get("half_life_share", 0.0))

    def weighted(self, part: Dataset) -> Dataset:
        """The part with the weights of the chosen half-life."""
        return by_recency(part, self.half_lives.days(self.half_life_share))

    def newest(self, past: Dataset, block: Dataset, now: np.datetime64) -> Dataset:
        """Rows that set the level: those that counted in the fit, or the newest block if it is mature."""
        return block if not self.half_life_share and self.is_mature(block, now) else self.weighted(past)

    def is_mature(self, block: Dataset, now: np.datetime64) -> bool:
        """Whether half of the block, which reaches up to now, had time to show slow outcomes."""
        return bool((now - block.group_at.min()) / DAY >= 2 * self.half_lives.least_days)


def described(model: Artefact, parts: Split, settings: Settings) -> Artefact:
    """The model with its grades, reference statistics and smoke rows."""
    encoded = model.encode(parts.calibrate.frame)
    predictions = model.predict(encoded)
    first = predictions[:, 0] if model.is_multiclass else predictions
    shares = {} if model.is_multiclass else {str(k): v for k, v in settings.scoring.grade_shares.items()}
    return replace(
        model,
        grade_thresholds=grade_thresholds(first, parts.calibrate.w, shares),
        reference=reference_of(parts.before_test, model.features, first),
        smoke=_smoke(encoded, predictions),
    )


def _masks(past: Dataset, specs: tuple[FeatureSpec, ...]) -> tuple[Mask, ...]:
    """Shifts of the tier that its rule excludes, unless the past has one all the same."""
    column = next((i for i, spec in enumerate(specs) if spec.name == "rfm_tier"), None)
    if past.class_count == 2 or column is None:
        return ()
    tiers = past.frame["rfm_tier"].to_numpy()
    return tuple(
        Mask(column, specs[column].codes[tier], label)
        for tier, label in IMPOSSIBLE.items()
        if tier in specs[column].codes and not np.any((tiers == tier) & (past.y == label))
    )


def _smoke(encoded: NDArray[np.float32], predictions: NDArray[np.float64]) -> dict[str, Any]:
    chosen = np.unique(np.linspace(0, len(encoded) - 1, SMOKE_ROWS).astype(int))
    rows = [[None if np.isnan(value) else float(value) for value in row] for row in encoded[chosen]]
    return {"rows": rows, "predictions": predictions[chosen].tolist()}
