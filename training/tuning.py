"""Search by Optuna's TPE (Bergstra et al. 2011) in a SQLite file, so that a killed run goes on where it stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import optuna
from optuna.storages import RDBStorage
from optuna.trial import TrialState

from configs.progress import Progress
from training.fold_matrix import STEP_ROUNDS, FoldMatrix
from training.search_space import Parameters, first_points, suggest

STARTUP_TRIALS = 8
Folds = Callable[[float], Sequence[FoldMatrix]]  # the folds without columns that move further than a limit
SPACE_VERSION = 6  # part of the study's name: trials of another space are not this search's


@dataclass(frozen=True)
class Choice:
    """The best point found: where to start, how to boost and for how many rounds; loss: mean over the folds."""

    point: Parameters
    rounds: int
    loss: float
    trials: int


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
    """The best of `budget.trials` points by mean loss over time-ordered folds; at least one is tried."""
    deadline = time.monotonic() + budget.timeout_seconds
    with _study(f"{model}-{fingerprint[:16]}-{seed}-{SPACE_VERSION}", database) as study, \
            progress.bar(f"tune {model}", budget.trials, unit="trial") as bar:  # fmt: skip
        done = _finished(study)
        bar.update(min(done, budget.trials))
        while done < budget.trials and (done == 0 or time.monotonic() < deadline):
            _try_next(study, model, folds, seed, done)
            done = _finished(study)
            bar.update(1)
        best = study.best_trial
        return Choice(dict(best.params), int(best.user_attrs["rounds"]), float(best.values[0]), done)


def _try_next(study: optuna.Study, model: str, folds: Folds, seed: int, done: int) -> None:
    """One trial. The sampler is seeded anew by the number of finished trials, so that a resumed search takes the same
    way.
    """
    study.sampler = optuna.samplers.TPESampler(seed=seed + done, n_startup_trials=STARTUP_TRIALS)
    firsts = first_points(model)
    if done < len(firsts):
        study.enqueue_trial(firsts[done])
    trial = study.ask()
    point = suggest(trial, model)
    try:
        loss = _mean_loss(trial, point, folds(point["max_shift"]))
    except optuna.TrialPruned:
        study.tell(trial, state=TrialState.PRUNED)
    else:
        study.tell(trial, loss)


def _mean_loss(trial: optuna.Trial, point: Parameters, folds: Sequence[FoldMatrix]) -> float:
    """Least mean loss over the folds at one common number of rounds, which is noted on the trial."""
    curves: list[list[float]] = []
    for step, fold in enumerate(folds):
        curves.append(fold.curve(point))
        trial.report(float(np.mean([min(curve) for curve in curves])), step)
        if step + 1 < len(folds) and trial.should_prune():
            raise optuna.TrialPruned
    common = min(len(curve) for curve in curves)
    mean = np.mean([curve[:common] for curve in curves], axis=0)
    best = int(np.argmin(mean))
    trial.set_user_attr("rounds", best * STEP_ROUNDS)
    return float(mean[best])


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
