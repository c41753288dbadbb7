"""A large training: 100,000 landmarks x 60 columns, 30 trials; to be done in 5 minutes on 2 cores and under 4 GB.

Simulated leads, four landmarks each over two years. Truth: log-odds = -1.5 + the sum of 12 standard normal columns x
0.3, + 0.8 x (first of them > 1) x (second of them > 0), + one effect (deviation 0.5) per value of each of 4 categories.
The other 36 numbers, 10 % of their values missing, and the other 8 categories (20 values each) say nothing.
From the frame to the registered model, with judgement and model card. Load of the machine is told: others take CPU too.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from configs.settings import load_settings
from features.schema import Feature, category, number
from features.training_frame import TrainingFrame
from training.train import train

LANDMARKS, NUMBERS, CATEGORIES, VALUES = 4, 48, 12, 20
TELLING_NUMBERS, TELLING_CATEGORIES = 12, 4
HORIZON_DAYS, HISTORY_DAYS = 60, 730
START, AS_OF = pd.Timestamp("2023-01-01", tz="UTC"), datetime(2025, 4, 1, tzinfo=UTC)
MAX_SECONDS, MAX_GB = 300, 4.0


@dataclass
class Generated:
    """Hands out a generated frame; there are no open leads."""

    frame: TrainingFrame
    open_leads: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"entity_id": []}))

    def training_frame(self, model: str, as_of: datetime) -> TrainingFrame:  # noqa: ARG002 (the repository's form)
        """The frame."""
        return self.frame

    def current_frame(self, entity: str, as_of: datetime) -> pd.DataFrame:  # noqa: ARG002
        """No rows."""
        return self.open_leads


def main() -> None:
    """Train once and print time, memory and skill."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--trials", type=int, default=30)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    frame = leads(chosen.rows, chosen.seed)
    load_before = os.getloadavg()[0]
    wall, cpu = time.monotonic(), cpu_seconds()
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings().model_copy(update={"home": Path(folder)})
        report = train("win", Generated(frame), settings, AS_OF, chosen.trials, 10 * MAX_SECONDS, chosen.seed)
    wall, cpu = time.monotonic() - wall, cpu_seconds() - cpu
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2  # Linux tells kB
    figures, rival, details = report.metrics, report.baselines["logistic"], report.details
    print(f"{chosen.rows:,} landmarks x {len(frame.features)} columns, {details['trials']} trials")
    print(f"{details['chosen']['rung']}: AUC {figures['roc_auc']:.3f}, log loss {figures['log_loss']:.3f} (logistic "
          f"{rival['roc_auc']:.3f}, {rival['log_loss']:.3f})")  # fmt: skip
    print(
        f"wall {wall:.0f} s (limit {MAX_SECONDS}), CPU {cpu:.0f} s, peak memory {peak_gb:.2f} GB (limit {MAX_GB:.0f})"
    )
    print(f"load average {load_before:.1f} before, {os.getloadavg()[0]:.1f} after, on {os.cpu_count()} cores")


def cpu_seconds() -> float:
    """User and system time of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def leads(rows: int, seed: int) -> TrainingFrame:
    """See the module's docstring."""
    rng = np.random.default_rng(seed)
    count = rows // LANDMARKS
    x = rng.standard_normal((count, NUMBERS)).astype(np.float32)
    codes = rng.integers(0, VALUES, (count, CATEGORIES))
    effects = rng.normal(0, 0.5, (TELLING_CATEGORIES, VALUES))
    log_odds = -1.5 + 0.3 * x[:, :TELLING_NUMBERS].sum(axis=1) + 0.8 * ((x[:, 0] > 1) & (x[:, 1] > 0))
    for i in range(TELLING_CATEGORIES):
        log_odds = log_odds + effects[i, codes[:, i]]
    y = (rng.random(count) < 1 / (1 + np.exp(-log_odds))).astype(int)
    x[:, TELLING_NUMBERS:][rng.random((count, NUMBERS - TELLING_NUMBERS)) < 0.1] = np.nan
    lead = np.repeat(np.arange(count), LANDMARKS)
    values: dict[str, Any] = {f"number_{i}": x[lead, i].astype(np.float64) for i in range(NUMBERS)}
    names = np.array([f"v{i}" for i in range(VALUES)], dtype=object)
    values |= {f"category_{i}": names[codes[lead, i]] for i in range(CATEGORIES)}
    frame = pd.concat([_moments(rng, lead, y), pd.DataFrame(values)], axis=1)
    return TrainingFrame(frame, _features(), HORIZON_DAYS, "leads")


def _moments(rng: np.random.Generator, lead: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> pd.DataFrame:
    created = START + pd.to_timedelta(np.sort(rng.uniform(0, HISTORY_DAYS, len(y)))[lead], unit="D")
    as_of = created + pd.to_timedelta(np.tile(np.arange(LANDMARKS) * 3.0, len(y)), unit="D")
    known = as_of + pd.to_timedelta(rng.uniform(1, HORIZON_DAYS, len(lead)), unit="D")
    return pd.DataFrame({
        "entity_id": [f"L{i}" for i in lead], "as_of": as_of, "group_started_at": created, "label": y[lead],
        "known_at": known, "max_known_at": as_of + pd.Timedelta(days=HORIZON_DAYS), "weight": 1 / LANDMARKS,
    })  # fmt: skip


def _features() -> list[Feature]:
    numbers = [number(f"number_{i}", f"Number {i}", f"数值{i}") for i in range(NUMBERS)]
    return [*numbers, *(category(f"category_{i}", f"Category {i}", f"类别{i}") for i in range(CATEGORIES))]


if __name__ == "__main__":
    main()
