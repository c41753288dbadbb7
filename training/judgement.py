"""The one look at the test part: figures of the candidate, the baselines and the champion on the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from configs.settings import Settings
from scoring.artefact import Artefact
from scoring.errors import ArtefactError, FeatureMissingError
from scoring.metrics import binary_metrics, ece, multiclass_metrics, row_losses
from scoring.registry import Registry
from training.baselines import baseline_predictions
from training.bootstrap import metric_intervals
from training.by_age import metrics_by_age
from training.candidate import Candidate, told_by
from training.dataset import Dataset
from training.gate import CHAMPION, Verdict, judge
from training.gate_words import NO_CHAMPION, Words, incomparable, tainted
from training.level import Told, followed, probabilities
from training.pace_level import is_led, log_odds_by_date
from training.split import Split

Floats = NDArray[np.float64]
INTERVAL_SAMPLES = 200
MAX_INTERVAL_CELLS = 4_000_000  # rows x samples: larger tests need fewer samples for as steady an interval


@dataclass(frozen=True, eq=False)
class Judgement:
    """Figures on the test part. predictions: the candidate's, [n] or [n, 3]; baselines: figures of each;
    by_age: of all of them per age of the lead, win only.

    fixed: figures of the candidate had its level stayed as it was before the test. told: what it said of all rows whose
    outcomes may set its level when it is shipped.
    """

    predictions: Floats
    metrics: dict[str, float]
    intervals: dict[str, list[float]]
    baselines: dict[str, dict[str, float]]
    by_age: list[dict[str, Any]]
    verdict: Verdict
    fixed: dict[str, float]
    told: Told


def judge_candidate(
    candidate: Candidate, parts: Split, settings: Settings, registry: Registry | None, seed: int,
    quarantined: Sequence[str] = (),
) -> Judgement:  # fmt: skip
    """Score the test part once and let the gate decide.

    quarantined: columns kept out of the candidate; a champion that learnt from one is no bar.
    """
    test, artefact = parts.test, candidate.artefact
    said = told_by(artefact, test)
    told = told_by(artefact, parts.past).and_also(said)
    level = log_odds_by_date(artefact, test) if candidate.is_led else followed(said, told, candidate.memory)
    predictions = probabilities(level)
    rivals = baseline_predictions(parts, settings.training)
    baselines = {name: metrics_of(test, p, test.w) for name, p in rivals.items()}
    champion, note = _champion(artefact, test, registry, quarantined)
    losses = {"candidate": row_losses(test.y, predictions)} | {
        name: row_losses(test.y, p) for name, p in rivals.items() if name not in settings.training.gate.shown_only
    }
    losses |= {} if champion is None else {CHAMPION: row_losses(test.y, champion)}
    error = ece(test.y, predictions, test.w) if predictions.ndim == 1 else 0.0
    return Judgement(
        predictions=predictions,
        metrics=metrics_of(test, predictions, test.w),
        intervals=_intervals(test, predictions, seed),
        baselines=baselines,
        by_age=metrics_by_age(test, {"model": predictions, **rivals}) if test.is_by_entity else [],
        verdict=judge(losses, test.w, test.entity, error, settings.training.gate, seed, note),
        fixed=metrics_of(test, probabilities(said.log_odds), test.w),
        told=told,
    )


def metrics_of(part: Dataset, p: Floats, w: Floats) -> dict[str, float]:
    """The contract's metrics of one model; a weight of 0 leaves a row out."""
    kept = w > 0
    return (multiclass_metrics if p.ndim == 2 else binary_metrics)(part.y[kept], p[kept], w[kept])


def _intervals(test: Dataset, p: Floats, seed: int) -> dict[str, list[float]]:
    samples = max(40, min(INTERVAL_SAMPLES, MAX_INTERVAL_CELLS // len(test)))
    return metric_intervals(lambda w: metrics_of(test, p, w), test.w, test.entity, samples, seed)


def _champion(
    artefact: Artefact, test: Dataset, registry: Registry | None, quarantined: Sequence[str]
) -> tuple[Floats | None, Words | None]:
    """The champion's predictions of the test part, or why there are none."""
    reference = registry.champion(artefact.name) if registry else None
    if reference is None:
        return None, NO_CHAMPION
    try:
        champion = Artefact.load(reference.folder)
        if told := [spec.name for spec in champion.features if spec.name in quarantined]:
            return None, tainted(reference.version, told)
        if is_led(champion):
            return probabilities(log_odds_by_date(champion, test)), None
        return champion.predict(champion.encode(test.frame)), None
    except (FeatureMissingError, ArtefactError) as error:
        return None, incomparable(reference.version, error)
