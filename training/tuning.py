"""Search by Optuna's TPE (Bergstra et al. 2011) in a SQLite file, so that a killed run goes on where it stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from numpy.typing import NDArray
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial, TrialState

from configs.progress import Progress
from training.fold_matrix import STEP_ROUNDS, FoldMatrix
from training.ladder import (
    BOOSTED,
    STACK,
    Rung,
    best_line,
    best_of_each,
    chosen,
    eligible,
    scorecard_rungs,
    table_of,
)
from training.scorecards import PANEL, starts_of
from training.search_space import MAX_SHIFTS, Parameters, first_points, start_of, suggest
from training.shift import moved

Floats = NDArray[np.float64]
STARTUP_TRIALS = 8
FEW_SHIFT = 0.7  # with few leads, columns that move further have next to no value in common with what is to come
Folds = Callable[[float], Sequence[FoldMatrix]]  # the folds without columns that move further than a limit
SPACE_VERSION = 18  # part of the study's name: trials of another space are not this search's


@dataclass(frozen=True)
class Choice:
    """The rung chosen, those there were, the simplest first, the trials made, and how far each column moves."""

    rung: Rung
    rungs: tuple[Rung, ...]
    trials: int
    shifts: Mapping[str, float] = field(default_factory=dict)

    @property
    def ladder(self) -> list[dict[str, Any]]:
        """The rungs as rows of a table."""
        return table_of(self.rungs)

    @property
    def moving(self) -> list[str]:
        """The columns that move further than the rung allows; it is fit without them."""
        return moved(self.shifts, self.rung.max_shift)

    def instead(self, name: str) -> Choice | None:
        """The choice of the rung of this name that leaves out the fewest columns; None without one."""
        found = [rung for rung in self.rungs if rung.name == name]
        return replace(self, rung=max(found, key=lambda rung: rung.max_shift)) if found else None


@dataclass(frozen=True)
class Budget:
    """What a search may use: trials, counting those an earlier run of the same search made, and seconds of this run."""

    trials: int
    timeout_seconds: float


def tune(
    model: str,
    fingerprint: str,
    folds: Folds,
    budget: Budget,
    database: Path,
    seed: int,
    progress: Progress,
) -> Choice:
    """The rung to take, after `budget.trials` points for the trees, at least one, on time-ordered folds."""
    deadline = time.monotonic() + budget.timeout_seconds
    cards = {limit: scorecard_rungs(starts_of(model), folds(limit), limit) for limit in MAX_SHIFTS}
    lines = {limit: best_line(rungs) for limit, rungs in cards.items()}
    with _study(f"{model}-{fingerprint[:16]}-{seed}-{SPACE_VERSION}", database) as study, \
            progress.bar(f"tune {model}", budget.trials, unit="trial") as bar:  # fmt: skip
        done = _finished(study)
        bar.update(min(done, budget.trials))
        while done < budget.trials and (done == 0 or time.monotonic() < deadline):
            _try_next(study, folds, lines, seed, done)
            done = _finished(study)
            bar.update(1)
        trials = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        trees = [_rung(name, trial, lines) for trial in trials for name in (BOOSTED, STACK)]
        rungs = best_of_each([*(rung for group in cards.values() for rung in group), *trees], model)
        return Choice(chosen(eligible(rungs)), tuple(rungs), done)


def unsearched(folds: Sequence[FoldMatrix]) -> Choice:
    """Where leads are too few to choose by, the mean of three lines; the ladder is shown all the same.

    folds: without the columns that move further than FEW_SHIFT.

    With 40 won and 40 lost leads, what is within one standard error of the best is nearly everything, and a choice of
    rung and columns loses more than the best of them gains (measured by `benchmarks.small_data`).
    """
    *simpler, panel = scorecard_rungs([*starts_of("win"), PANEL], folds, FEW_SHIFT)
    return Choice(panel, (*simpler, panel), 0)


def _try_next(study: optuna.Study, folds: Folds, lines: Mapping[float, Rung], seed: int, done: int) -> None:
    """One trial. The sampler is seeded anew by the number of finished trials, so that a resumed search takes the same
    way.
    """
    study.sampler = optuna.samplers.TPESampler(seed=seed + done, n_startup_trials=STARTUP_TRIALS)
    firsts = first_points()
    if done < len(firsts):
        study.enqueue_trial(firsts[done])
    trial = study.ask()
    point = suggest(trial)
    limit = point["max_shift"]
    try:
        loss = _least_loss(trial, point, folds(limit), lines[limit].name)
    except optuna.TrialPruned:
        study.tell(trial, state=TrialState.PRUNED)
    else:
        study.tell(trial, loss)


def _least_loss(trial: optuna.Trial, point: Parameters, folds: Sequence[FoldMatrix], linear: str) -> float:
    """The lesser of the losses with and without the line, each at one number of rounds common to the folds; noted on
    the trial with the losses per block.
    """
    curves: list[dict[str, Floats]] = []
    for step, fold in enumerate(folds):
        curves.append(fold.curves(point, linear))
        trial.report(min(_at_best(folds, curves, name)[0] for name in (BOOSTED, STACK)), step)
        if step + 1 < len(folds) and trial.should_prune():
            raise optuna.TrialPruned
    means = []
    for name in (BOOSTED, STACK):
        mean, at = _at_best(folds, curves, name)
        losses = np.concatenate([curve[name][at] for curve in curves])
        trial.set_user_attr(name, {"rounds": (at + 1) * STEP_ROUNDS, "losses": losses.tolist()})
        means.append(mean)
    trial.set_user_attr("weights", np.concatenate([fold.block_weights for fold in folds]).tolist())
    return min(means)


def _at_best(folds: Sequence[FoldMatrix], curves: Sequence[dict[str, Floats]], name: str) -> tuple[float, int]:
    """Least loss over the folds so far, and the step it is reached at."""
    common = min(len(curve[name]) for curve in curves)
    weights = np.concatenate([fold.block_weights for fold in folds[: len(curves)]])
    blocks = np.concatenate([curve[name][:common] for curve in curves], axis=1)
    mean = np.average(blocks, axis=1, weights=weights)
    return float(mean.min()), int(np.argmin(mean))


def _rung(name: str, trial: FrozenTrial, lines: Mapping[float, Rung]) -> Rung:
    noted, limit = trial.user_attrs[name], trial.params["max_shift"]
    line = lines[limit].name
    losses, weights = np.array(noted["losses"]), np.array(trial.user_attrs["weights"])
    point, beside = dict(trial.params), line if name == STACK else None
    return Rung(name, losses, weights, limit, beside, start_of(point, line), point, int(noted["rounds"]))


@contextmanager
def _study(name: str, database: Path) -> Iterator[optuna.Study]:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    database.parent.mkdir(parents=True, exist_ok=True)
    storage = RDBStorage(f"sqlite:///{database}", engine_kwargs={"connect_args": {"timeout": 60}})
    try:
        pruner = optuna.pruners.MedianPruner(n_startup_trials=STARTUP_TRIALS)
        study = optuna.create_study(storage=storage, study_name=name, pruner=pruner, load_if_exists=True)
        for left in study.get_trials(deepcopy=False, states=(TrialState.RUNNING, TrialState.WAITING)):
            storage.set_trial_state_values(left._trial_id, TrialState.FAIL)
        yield study
    finally:
        storage.remove_session()
        storage.engine.dispose()


def _finished(study: optuna.Study) -> int:
    return len(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED)))
