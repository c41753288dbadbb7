"""BPI 2012 by prefix: who will be approved, asked at exactly the k-th event of an application.

The protocol of ../shared/data/README.md: the first 70 % of starts are learnt from, the next 30 % are asked, those with
a known outcome and at least k events before it. Ours learns once, from landmarks whose outcome was known when the first
asked case began; beside it scikit-learn's HistGradientBoosting with its defaults, one per k, on the same features at
the k-th event of every earlier case, whose outcomes it may know whenever they came.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import warnings
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.peers import hist_gradient_boosting
from benchmarks.real_data import CASES, prepared, with_data
from configs.progress import SILENT
from configs.settings import load_settings
from features.repository import FeatureRepository
from funnelcast.moments import read_moment
from funnelcast.tables import text_table
from scoring.artefact import Artefact
from scoring.metrics import roc_auc
from training.candidate import fit_candidate
from training.dataset import Dataset
from training.leakage import quarantine
from training.split import split_at
from training.train import searched
from training.tuning import Budget

FLOORS = {3: 0.71, 5: 0.66, 8: 0.68, 12: 0.68, 20: 0.74, 30: 0.80}
OUTCOMES = {"A_APPROVED": 1, "A_REGISTERED": 1, "A_ACTIVATED": 1, "O_ACCEPTED": 1, "A_DECLINED": 0, "A_CANCELLED": 0}
LEARNT_SHARE = 0.7
SAMPLES = 1000
Floats = NDArray[np.float64]


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--trials", type=int, default=15, help="Optuna trials")
    options.add_argument("--seed", type=int, default=1)
    chosen = with_data(options)
    case = next(one for one in CASES if one.data == "bpic2012")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FUNNELCAST_HOME"] = str(prepared(case, chosen.data, Path(folder)))
        settings = load_settings()
        moment = read_moment(case.as_of, settings.intake.timezone)
        cases = closed_cases(chosen.data / "bpic2012_events.parquet")
        asked_from = pd.Timestamp(cases["started_at"].quantile(LEARNT_SHARE))
        repository = FeatureRepository(settings)
        model = learnt(repository, moment, asked_from, chosen)
        prefixes = {k: prefix_frame(repository, cases, k, moment) for k in FLOORS}
    rows = [[k, *row_of(model, prefixes[k], asked_from, k, chosen.seed)] for k in FLOORS]
    head = ["events", "cases", "approved", "AUC of funnelcast [95 %]", "HistGradientBoosting", "floor", "holds"]
    print(f"asked: applications from {asked_from:%Y-%m-%d}; model: {model.provenance['rung']}")
    print(text_table(head, rows))


def closed_cases(file: Path) -> pd.DataFrame:
    """Per case with an outcome: lead_id, started_at (naive UTC), is_won, and the moments of the events before it."""
    log = pd.read_parquet(file, columns=["case:concept:name", "concept:name", "time:timestamp"])
    log.columns = ["lead_id", "event", "at"]
    log["at"] = pd.to_datetime(log["at"], utc=True).dt.tz_localize(None)
    log = log.sort_values(["lead_id", "at"], kind="stable")
    outcome = log[log["event"].isin(OUTCOMES)].groupby("lead_id").first()
    log = log.join(outcome["at"].rename("closed_at"), on="lead_id", how="inner")
    told = log[log["at"] < log["closed_at"]].groupby("lead_id").agg(started_at=("at", "min"), moments=("at", list))
    return told.assign(is_won=outcome["event"].map(OUTCOMES)).sort_values("started_at").reset_index()


def learnt(
    repository: FeatureRepository, moment: datetime, asked_from: pd.Timestamp, options: argparse.Namespace
) -> Artefact:
    """A model of what was known when the first asked case began."""
    settings = load_settings()
    data = Dataset.of("win", repository.training_frame("win", moment))
    parts = split_at(data, asked_from.to_datetime64(), settings.training, options.seed)
    kept_out = quarantine(parts.fit, None, settings.training.leakage, parts.before_test)
    parts = parts.without([one.column for one in kept_out])
    choice = searched(parts, settings, Budget(options.trials, 600), options.seed, SILENT)
    model = fit_candidate(parts.without(choice.moving), choice, settings, options.seed, moment).artefact
    return replace(model, provenance={"rung": choice.rung.name})


def prefix_frame(repository: FeatureRepository, cases: pd.DataFrame, k: int, moment: datetime) -> pd.DataFrame:
    """Features at the k-th event of every case that has as many, with started_at and is_won."""
    long = cases[cases["moments"].map(len) >= k]
    spine = pd.DataFrame({"entity_id": long["lead_id"], "as_of": [moments[k - 1] for moments in long["moments"]]})
    frame = repository.frame_at("leads", spine, moment)
    return frame.merge(long[["lead_id", "started_at", "is_won"]], left_on="entity_id", right_on="lead_id")


def row_of(model: Artefact, frame: pd.DataFrame, asked_from: pd.Timestamp, k: int, seed: int) -> list[object]:
    """One line of the table."""
    is_asked = (frame["started_at"] >= asked_from).to_numpy()
    y = frame["is_won"].to_numpy(dtype=np.int_)
    encoded = model.encode(frame)
    ours = model.predict(encoded[is_asked])
    table = pd.DataFrame(encoded)
    table = table.loc[:, table[~is_asked].nunique() > 1]  # the peer fails on a column without two values
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the peer's own affairs
        peer = hist_gradient_boosting(table[~is_asked], y[~is_asked], np.ones(int((~is_asked).sum())), seed)
        rival = peer.predict_proba(table[is_asked])[:, 1]
    truth, w = y[is_asked], np.ones(int(is_asked.sum()))
    auc, low, high = with_interval(truth, ours, seed)
    holds = "yes" if auc > FLOORS[k] else "no"
    shown = f"{auc:.3f} [{low:.3f}, {high:.3f}]"
    return [len(truth), int(truth.sum()), shown, round(roc_auc(truth, rival, w), 3), FLOORS[k], holds]


def with_interval(y: NDArray[np.int_], p: Floats, seed: int) -> tuple[float, float, float]:
    """AUC and its 95 % interval by bootstrap over the cases."""
    rng = np.random.default_rng(seed)
    drawn = [roc_auc(y, p, rng.multinomial(len(y), np.full(len(y), 1 / len(y))).astype(float)) for _ in range(SAMPLES)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return roc_auc(y, p, np.ones(len(y))), float(low), float(high)


if __name__ == "__main__":
    main()
