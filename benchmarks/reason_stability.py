"""Do two trainings on the same data, with different seeds, give the same reasons?

For each row the five groups of features that weigh most in the one model (`scoring.reason_groups`) are ranked by their
contributions in both models: the rank correlation (Spearman) says whether a reader would be told the same story. It is
taken both ways round and averaged. Beside it stands the correlation of the five strongest single features, which were
the reasons before features were grouped.

    python -m benchmarks.reason_stability                    # bank data and simulated leads, two trainings each
    python -m benchmarks.reason_stability --home HOME        # the newest two versions of a state that there is
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from benchmarks.reshape import reshape
from configs.settings import load_settings
from features.repository import FeatureRepository
from scoring.artefact import Artefact
from scoring.contributions import contributions
from scoring.reasons import grouped
from scoring.registry import Registry

ROOT = Path(__file__).parents[1]
TOP = 5
TARGET = 0.8
MOST_ROWS = 2000
BANK_AS_OF = "2010-12-31"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Stability:
    """Mean rank correlation over rows. same_first: share of rows whose strongest reason is the same in both."""

    rows: int
    groups: float
    features: float
    same_first: float


def stability(one: Artefact, other: Artefact, frame: pd.DataFrame) -> Stability:
    """Compare the reasons of two models for the same rows."""
    by_group = _parts(one, frame, are_groups=True), _parts(other, frame, are_groups=True)
    single = _parts(one, frame, are_groups=False), _parts(other, frame, are_groups=False)
    first, second = _aligned(*by_group)
    same = np.abs(first).argmax(axis=1) == np.abs(second).argmax(axis=1)
    return Stability(len(frame), _correlation(first, second), _correlation(*_aligned(*single)), float(same.mean()))


def _parts(model: Artefact, frame: pd.DataFrame, *, are_groups: bool) -> pd.DataFrame:
    values = contributions(model, model.encode(frame)).values
    if are_groups:
        return pd.DataFrame(grouped(model, values), columns=list(model.reason_columns))
    return pd.DataFrame(values, columns=[spec.name for spec in model.features])


def _aligned(one: pd.DataFrame, other: pd.DataFrame) -> tuple[Floats, Floats]:
    """What only one of the models reads adds nothing to the other's score."""
    names = sorted({*one.columns, *other.columns})
    first, second = (parts.reindex(columns=names, fill_value=0.0).to_numpy(dtype=float) for parts in (one, other))
    return first, second


def _correlation(one: Floats, other: Floats) -> float:
    return float(np.mean([_one_way(one, other), _one_way(other, one)]))


def _one_way(one: Floats, other: Floats) -> float:
    top = np.argsort(-np.abs(one), axis=1, kind="stable")[:, :TOP]
    first, second = (rankdata(np.take_along_axis(parts, top, axis=1), axis=1) for parts in (one, other))
    first -= first.mean(axis=1, keepdims=True)
    second -= second.mean(axis=1, keepdims=True)
    scale = np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
    products = (first * second).sum(axis=1)
    return float(np.divide(products, scale, out=np.zeros_like(scale), where=scale > 0).mean())


def main() -> None:
    """Measure and print; exit 1 below the target."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--home", type=Path, help="a state whose two newest win models are compared")
    options.add_argument("--as-of", default=None, help="the moment whose open leads are explained")
    options.add_argument("--trials", default="8")
    options.add_argument("--leads", default="6000", help="simulated leads")
    options.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    asked = options.parse_args()
    if asked.home is not None:
        found = [_told(str(asked.home), asked.home, asked.as_of)]
    else:
        with tempfile.TemporaryDirectory() as folder:
            found = [
                _told("simulated leads", _simulated(Path(folder) / "sim", asked), None),
                _told("bank marketing", _bank(Path(folder) / "bank", asked), BANK_AS_OF),
            ]
    sys.exit(0 if min(found) >= TARGET else 1)


def _told(title: str, home: Path, as_of: str | None) -> float:
    os.environ["FUNNELCAST_HOME"] = str(home)
    settings = load_settings()
    registry, repository = Registry(settings), FeatureRepository(settings)
    newest, before = (registry.load("win", row["version"]) for row in registry.versions("win")[:2])
    frame = repository.training_frame("win", _moment(as_of)).frame
    found = stability(newest, before, frame.tail(MOST_ROWS).reset_index(drop=True))
    print(
        f"{title}: {found.rows:,} rows; rank correlation of the five strongest reasons {found.groups:.3f} "
        f"(of single features {found.features:.3f}); the same reason first in {found.same_first:.0%}.",
        flush=True,
    )
    return found.groups


def _moment(as_of: str | None) -> datetime:
    return datetime.fromisoformat(as_of).replace(tzinfo=UTC) if as_of else datetime.now(UTC)


def _simulated(home: Path, asked: argparse.Namespace) -> Path:
    bundle = home.with_name("bundle")
    _run(home, "init")
    _run(home, "simulate", str(bundle), "--leads", asked.leads, "--seed", "5")
    _run(home, "import", str(bundle))
    _train_twice(home, asked.trials)
    return home


def _bank(home: Path, asked: argparse.Namespace) -> Path:
    export = home.with_name("bank_export")
    reshape("bank_marketing", asked.data, export)
    _run(home, "init")
    _run(home, "import", str(export), "--mapping", str(ROOT / "configs" / "mappings" / "bank_marketing.yaml"))
    _train_twice(home, asked.trials, "--as-of", BANK_AS_OF)
    return home


def _train_twice(home: Path, trials: str, *rest: str) -> None:
    for seed in ("1", "2"):
        _run(home, "train", "win", "--trials", trials, "--seed", seed, *rest)


def _run(home: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "funnelcast", *arguments]
    environment = {**os.environ, "FUNNELCAST_HOME": str(home)}
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    main()
