"""The ladder with few rows: 40 won and 40 lost leads of each real data set, beside naive Bayes on the same 80.

The leads are drawn from everything before the newest part and keep their order of time; both are judged on the newest
part, its two classes weighed alike, as they are in the 80. The level does not follow the newest outcomes: neither may
see more than its 80 leads. Printed: the median over the draws, and its 95 % interval by bootstrap.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.real_data import CASES, Case, prepared, with_data
from configs.progress import SILENT
from configs.settings import Settings, load_settings
from features.repository import FeatureRepository
from funnelcast.moments import read_moment
from funnelcast.tables import text_table
from training.baselines import baseline_predictions
from training.candidate import fit_candidate
from training.dataset import Dataset
from training.judgement import metrics_of
from training.leakage import quarantine
from training.split import Split, split, split_at
from training.train import searched
from training.tuning import Budget

MAX_TEST_ROWS = 5000
BOOTSTRAP_SAMPLES = 2000
FIGURES = ("log_loss", "roc_auc")
Floats = NDArray[np.float64]


def main() -> None:
    """Print the table of each data set."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--per-class", type=int, default=40, help="won leads per draw, and as many lost ones")
    options.add_argument("--samples", type=int, default=50, help="draws per data set")
    options.add_argument("--trials", type=int, default=2, help="Optuna trials per draw")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", default="", help="data sets whose title holds this text")
    options.add_argument("--states", type=Path, help="folder that keeps the imported data; a temporary one by default")
    chosen = with_data(options)
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            if case.model == "win" and chosen.only in case.title:
                print(told(case, drawn(case, chosen, chosen.states or Path(folder))), flush=True)


def drawn(case: Case, options: argparse.Namespace, folder: Path) -> list[tuple[str, dict[str, dict[str, float]]]]:
    """Per draw: the rung chosen, and the figures of the ladder and of naive Bayes."""
    os.environ.update(case.settings, FUNNELCAST_HOME=str(prepared(case, options.data, folder)))
    settings = load_settings()
    moment = read_moment(case.as_of, settings.intake.timezone)
    data = Dataset.of(case.model, FeatureRepository(settings).training_frame(case.model, moment))
    parts = split(data, settings.training, options.seed)
    kept_out = quarantine(parts.fit, None, settings.training.leakage, parts.before_test)
    parts = parts.without([one.column for one in kept_out])
    with tempfile.TemporaryDirectory() as scratch:
        own = settings.model_copy(update={"home": Path(scratch)})
        return [
            compared(few(parts, own, options.seed + i, options.per_class), own, options) for i in range(options.samples)
        ]


def few(parts: Split, settings: Settings, seed: int, per_class: int) -> Split:
    """The parts of as many won as lost leads, with some of the test's rows, both classes weighing alike."""
    rng = np.random.default_rng(seed)
    past = parts.before_test
    won = np.unique(past.entity[past.is_positive])
    lost = np.setdiff1d(np.unique(past.entity), won)
    leads = np.concatenate([rng.choice(group, per_class, replace=False) for group in (won, lost)])
    small = parts.past.take(np.isin(parts.past.entity, leads))
    made = split_at(small, parts.test_from, settings.training, seed)
    rows = np.sort(rng.choice(len(parts.test), min(MAX_TEST_ROWS, len(parts.test)), replace=False))
    test = parts.test.take(rows)
    return replace(made, test=test.weighted(1 / np.bincount(test.y, weights=test.w)[test.y]))


def compared(parts: Split, settings: Settings, options: argparse.Namespace) -> tuple[str, dict[str, dict[str, float]]]:
    """The rung chosen, and figures on the test."""
    choice = searched(parts, settings, Budget(options.trials, 600), options.seed, SILENT)
    when = datetime.now(UTC)  # of no consequence for the figures
    model = fit_candidate(parts.without(choice.moving), choice, settings, options.seed, when).artefact
    rival = baseline_predictions(parts, settings.training)["naive_bayes"]
    test = parts.test
    said = {"ladder": model.predict(model.encode(test.frame)), "naive Bayes": rival}
    return choice.rung.name, {name: metrics_of(test, p, test.w) for name, p in said.items()}


def told(case: Case, draws: list[tuple[str, dict[str, dict[str, float]]]]) -> str:
    """The table of one data set, and which rungs were chosen how often."""
    rows: list[list[str]] = []
    for figure in FIGURES:
        columns = {name: np.array([figures[name][figure] for _, figures in draws]) for name in draws[0][1]}
        difference = columns["ladder"] - columns["naive Bayes"]
        rows.append([figure, *map(median_told, columns.values()), median_told(difference)])
    rungs = ", ".join(f"{name} {count}" for name, count in Counter(rung for rung, _ in draws).most_common())
    head = f"\n{case.title}: {len(draws)} draws; chosen: {rungs}"
    return f"{head}\n{text_table(['median [95 %]', 'ladder', 'naive Bayes', 'ladder - naive Bayes'], rows)}"


def median_told(values: Floats) -> str:
    """Median, and the 95 % interval of its bootstrap."""
    rng = np.random.default_rng(0)
    medians = np.median(rng.choice(values, (BOOTSTRAP_SAMPLES, len(values))), axis=1)
    low, high = np.quantile(medians, [0.025, 0.975])
    return f"{np.median(values):.3f} [{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    main()
