"""The whole way of one model: rows, split, leak guard, search, fit, calibration, judgement, registry."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import numpy as np
import pandas as pd

from configs.progress import SILENT, Progress
from configs.settings import Settings
from scoring.artefact import Artefact
from scoring.registry import Registry
from training.after_closing import Quarantined
from training.candidate import Candidate, described, fit_candidate
from training.card import FILES, model_card
from training.curves import curves_of
from training.dataset import CLASS_COUNT, Dataset
from training.errors import UnknownModelError
from training.findings import amounts_learnt, findings_of, ranges_learnt
from training.fold_matrix import FoldMatrix
from training.gate_words import in_the_place_of, joined
from training.judgement import Judgement, judge_candidate
from training.leakage import quarantine
from training.learn_encoding import learn_features
from training.level import at_newest_level
from training.pace_level import LED, at_level_of
from training.recency import HalfLives
from training.refusal import check_enough, class_counts
from training.report import TrainReport
from training.season import unseen_seasons
from training.shift import column_shifts, moved
from training.split import Split, bought_before, folds, split
from training.tracking import Run, importance_of, tracked
from training.tuning import FEW_SHIFT, Budget, Choice, tune, unsearched


class Repository(Protocol):
    """What training needs of `features.repository.FeatureRepository`."""

    def training_frame(self, model: str, as_of: datetime) -> Any:
        """Labelled rows known by as_of."""

    def current_frame(self, entity: str, as_of: datetime) -> pd.DataFrame:
        """Rows of what is open at as_of."""


def train(  # noqa: PLR0913, PLR0917 (the agreed signature)
    model: str, repository: Repository, settings: Settings, as_of: datetime, trials: int, timeout: float, seed: int,
    progress: Progress = SILENT, registry: Registry | None = None,
) -> TrainReport:  # fmt: skip
    """Tune, fit, calibrate, judge, register, and promote if the gate allows.

    Raises
    ------
    UnknownModelError, TooFewExamplesError, OneClassError, HistoryTooShortError: see `training.errors`.
    """
    started = time.perf_counter()
    if model not in CLASS_COUNT:
        raise UnknownModelError(f"The model must be one of {', '.join(CLASS_COUNT)}, but got {model!r}.")
    registry = registry or Registry(settings)
    data, excluded = _rows(model, repository, settings, as_of, seed)
    progress.say(f"{model}: {len(data):,} rows, {int(data.is_positive.sum()):,} of them positive.")
    parts, quarantined = _guarded(data, repository, settings, as_of, seed)
    unseen = unseen_seasons(parts.before_test)
    parts = parts.without(unseen)
    choice = searched(parts, settings, Budget(trials, timeout), seed, progress)
    progress.say(f"{model}: judging on the newest {len(parts.test):,} rows.")
    kept_out = [column.column for column in quarantined]
    choice, candidate, judgement = _judged(choice, parts, settings, registry, seed, as_of, kept_out)
    newest = at_newest_level(candidate.artefact, candidate.memory, judgement.told, as_of)
    if candidate.is_led:
        newest = at_level_of(newest, repository.current_frame("customers", as_of))
    shipped = described(newest, parts.without(choice.moving), settings)
    artefact = _finished(shipped, candidate, parts, choice, judgement, quarantined, seed, settings)
    details = {"excluded": excluded, "chosen": choice.rung.recipe,
               "ladder": choice.ladder, "trials": choice.trials, "moving": choice.moving,
               "unseen_seasons": unseen,
               "level": artefact.provenance["level"],
               "calibrator": artefact.calibrator.kind, "by_age": judgement.by_age,
               "findings": artefact.provenance["findings"],
               "fingerprint": artefact.provenance["fingerprint"]}  # fmt: skip
    version, run_id = _register(artefact, parts, judgement, settings, registry, details)
    return TrainReport(
        model=model, version=version, is_promoted=judgement.verdict.is_promoted, gate=judgement.verdict.to_json(),
        rows=len(data), positives=int(data.is_positive.sum()), split=_split_json(parts), metrics=judgement.metrics,
        intervals=judgement.intervals, baselines=judgement.baselines, quarantined=quarantined,
        seconds=time.perf_counter() - started, details={**details, "run_id": run_id},
    )  # fmt: skip


def _rows(
    model: str, repository: Repository, settings: Settings, as_of: datetime, seed: int
) -> tuple[Dataset, dict[str, int]]:
    frame = repository.training_frame(model, as_of)
    data = Dataset.of(model, frame)
    check_enough(data, settings.training)
    return data.sampled(settings.training.max_rows, seed), dict(getattr(frame, "excluded", {}))


def _guarded(
    data: Dataset, repository: Repository, settings: Settings, as_of: datetime, seed: int
) -> tuple[Split, list[Quarantined]]:
    parts = split(data, settings.training, seed)
    # An attribute without a moment of its own may have been filled at any time until the export: what is open is then
    # what is still open today, not what was at as_of and has been closed since.
    latest = max(as_of, datetime.now(UTC))
    open_frame = repository.current_frame("leads", latest) if data.is_by_entity else None
    quarantined = quarantine(parts.fit, open_frame, settings.training.leakage, parts.before_test)
    return parts.without([column.column for column in quarantined]), quarantined


def searched(parts: Split, settings: Settings, budget: Budget, seed: int, progress: Progress) -> Choice:
    """The best point; with few leads no choice is made."""
    half_lives = HalfLives.of(parts.before_test)
    shifts = column_shifts(parts.fit, parts.calibrate, learn_features(parts.fit, settings.training))

    @cache
    def without(columns: tuple[str, ...]) -> list[FoldMatrix]:
        pairs = folds(parts.without(columns), settings.training, seed)
        bought = [bought_before(parts, later) for _, later in pairs]
        return [
            FoldMatrix(*pair, settings.training, seed, half_lives, rows)
            for pair, rows in zip(pairs, bought, strict=True)
        ]

    def matrices(limit: float) -> list[FoldMatrix]:
        return without(tuple(moved(shifts, limit)))

    if parts.fit.is_by_entity and min(class_counts(parts.before_test)) < settings.training.few_cases:
        return replace(unsearched(matrices(FEW_SHIFT)), shifts=shifts)
    database = settings.paths.home / "tuning.db"
    choice = tune(parts.fit.model, parts.before_test.fingerprint(), matrices, budget, database, seed, progress)
    return replace(choice, shifts=shifts)


def _judged(
    choice: Choice, parts: Split, settings: Settings, registry: Registry, seed: int, as_of: datetime,
    kept_out: list[str],
) -> tuple[Choice, Candidate, Judgement]:  # fmt: skip
    """The choice, or the simpler model that the gate refuses it for, where nothing is in use: better that than no
    scores. That one passes the same gate; of the test only which of the two is better was then used to choose.
    """
    candidate = fit_candidate(parts.without(choice.moving), choice, settings, seed, as_of)
    judgement = judge_candidate(candidate, parts, settings, registry, seed, kept_out)
    better = judgement.verdict.better
    simpler = choice.instead(better) if better and registry.champion(parts.fit.model) is None else None
    if simpler is None:
        return choice, candidate, judgement
    second = fit_candidate(parts.without(simpler.moving), simpler, settings, seed, as_of)
    found = judge_candidate(second, parts, settings, registry, seed, kept_out)
    if not found.verdict.is_promoted:
        return choice, candidate, judgement
    words = joined(found.verdict.words, in_the_place_of(choice.rung.name, judgement.verdict.words))
    return simpler, second, replace(found, verdict=replace(found.verdict, words=words))


def _finished(
    shipped: Artefact, candidate: Candidate, parts: Split, choice: Choice, judgement: Judgement,
    quarantined: list[Quarantined], seed: int, settings: Settings,
) -> Artefact:  # fmt: skip
    """The artefact with its figures and its history; nothing in it depends on a clock or on the run."""
    metrics = _finite(judgement.metrics)
    leader = LED if candidate.is_led else {}
    level = {"memory_rows": candidate.memory, "metrics_fixed": _finite(judgement.fixed), **leader}
    provenance = {
        "split": parts.in_words(), "test_from": _day(parts.test_from), "seed": seed,
        "fingerprint": parts.before_test.fingerprint(),
        "search": {**choice.rung.recipe, "loss": choice.rung.loss},
        "ladder": choice.ladder, "level": level,
        "quarantined": [column.to_json() for column in quarantined],
        "baselines": judgement.baselines, "findings": findings_of(shipped, parts, judgement.predictions, seed),
    }  # fmt: skip
    ranges = ranges_learnt(shipped, parts, judgement.predictions)
    reference = {**shipped.reference, **ranges, **amounts_learnt(parts, settings)}
    return replace(shipped, metrics=metrics, provenance=provenance, reference=reference)


def _register(
    artefact: Artefact,
    parts: Split,
    judgement: Judgement,
    settings: Settings,
    registry: Registry,
    details: dict[str, Any],
) -> tuple[int, str]:
    tags = {"model": artefact.name, "trained_as_of": artefact.trained_as_of.isoformat()}
    with tracked(settings, f"train {artefact.name}", tags) as run, TemporaryDirectory() as folder:
        _log(run, artefact, parts, judgement, details)
        artefact.save(Path(folder))
        verdict = judgement.verdict
        version_tags = {"log_loss": f"{judgement.metrics['log_loss']:.4f}",
                        "gate": "passed" if verdict.is_promoted else "refused",
                        "reason": verdict.reason, "reason_zh": verdict.words["zh"]}  # fmt: skip
        version = registry.register(artefact.name, Path(folder), run.run_id, version_tags)
        if verdict.is_promoted:
            registry.promote(artefact.name, version)
        return version, run.run_id


def _log(run: Run, artefact: Artefact, parts: Split, judgement: Judgement, details: dict[str, Any]) -> None:
    chosen = details["chosen"]
    run.parameters(
        {**chosen, "seed": artefact.provenance["seed"], "split": parts.in_words(), "trials": details["trials"]}
    )
    run.metrics(judgement.metrics)
    for name, figures in judgement.baselines.items():
        run.metrics(figures, prefix=f"{name}_")
    curves = curves_of(parts.test, judgement.predictions)
    run.curves(curves)
    content = _card_content(artefact, parts, judgement, details)
    for language, file in FILES.items():
        run.page(model_card(content, curves, language), file)
    run.document({"importance": importance_of(artefact)}, "importance.json")
    run.document(
        {"gate": judgement.verdict.to_json(), "intervals": judgement.intervals, **artefact.provenance}, "judgement.json"
    )
    profile = f'{{"rows": {len(parts.before_test) + len(parts.test)}, "features": {len(artefact.features)}}}'
    run.data(artefact.name, details["fingerprint"], profile)


def _card_content(artefact: Artefact, parts: Split, judgement: Judgement, details: dict[str, Any]) -> dict[str, Any]:
    """What the model card tells, as the report will have it."""
    shown = [parts.before_test, parts.test]
    return {
        **details, "model": artefact.name, "gate": judgement.verdict.to_json(),
        "split": {**_split_json(parts), "words_zh": parts.in_words("zh")}, "names": _names(artefact),
        "rows": sum(map(len, shown)), "positives": sum(int(part.is_positive.sum()) for part in shown),
        "metrics": judgement.metrics, "intervals": judgement.intervals, "baselines": judgement.baselines,
        "quarantined": artefact.provenance["quarantined"],
    }  # fmt: skip


def _names(artefact: Artefact) -> dict[str, dict[str, dict[str, str]]]:
    """By column of categories and by value what it is called in both languages."""
    return {
        spec.name: {value: {"en": en, "zh": zh} for value, en, zh in spec.words}
        for spec in artefact.features if spec.words
    }  # fmt: skip


def _split_json(parts: Split) -> dict[str, Any]:
    test = parts.test
    rate = float(np.average(test.is_positive, weights=test.w))
    return {
        "train_until": _day(parts.before_test.group_at.max()), "test_from": _day(parts.test_from),
        "test_rows": len(test),
        "test_positive_rate": rate, "words": parts.in_words(), "fit_rows": len(parts.fit),
        "calibrate_rows": len(parts.calibrate),
        "dropped": parts.dropped,
    }  # fmt: skip


def _finite(figures: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in figures.items() if np.isfinite(value)}


def _day(moment: np.datetime64) -> str:
    return f"{np.datetime_as_string(moment, unit='s')}Z"
