"""`make bench`: every model on real data beside its baselines, judged once on the newest part.

Data sets lie in ../shared/data (see its README); each gets a state of its own in a temporary folder. With several seeds
(`--seeds 1 2 3 4 5`) a figure is the mean over the trainings, with the 95 % interval of that mean by Student's t; the
interval of the newest part itself stands below the table. The rungs of the ladder stand in the same table by their
loss in the search, where the newest part was not looked at. `--peers` adds other libraries' defaults on the same rows
(benchmarks/peers.py), fit in this process.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from scipy import stats

from benchmarks.peers import Figures, peer_figures
from benchmarks.reshape import reshape
from funnelcast.tables import text_table

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Case:
    """A training on one data set; `settings` are environment variables that a user would set for this data."""

    title: str
    data: str
    model: str
    as_of: str
    settings: dict[str, str] = field(default_factory=dict)


RETAIL_QUARTERS = ("2011-03-31", "2011-06-30", "2011-09-30", "2011-12-10")
# A guest may book more than a year ahead: the horizon must reach the arrival, or late arrivals would count as lost.
HOTEL = {"FUNNELCAST_TRAINING__WIN__HORIZON_DAYS": "300"}
CASES = [
    Case("BPI 2012, win", "bpic2012", "win", "2012-03-15"),
    Case("bank marketing, win", "bank_marketing", "win", "2010-12-31"),
    Case("hotel bookings, win = not cancelled", "hotel_bookings", "win", "2017-09-01", HOTEL),
    *[Case(f"online retail, churn 90 d, to {day}", "online_retail", "churn", day) for day in RETAIL_QUARTERS],
    *[Case(f"online retail, RFM shift, to {day}", "online_retail", "rfm", day) for day in RETAIL_QUARTERS],
]


def main() -> None:
    """Run the cases and print their tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--trials", default="15", help="Optuna trials per model")
    options.add_argument("--seeds", default=[1], nargs="+", type=int)
    options.add_argument("--peers", action="store_true", help="beside scikit-learn, LightGBM and FLAML (60 s a seed)")
    options.add_argument("--only", default="", help="run the cases whose title holds this text")
    chosen = with_data(options)
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            if chosen.only in case.title:
                for line in told(case, *judged(case, chosen, Path(folder))):
                    print(line, flush=True)


def with_data(options: argparse.ArgumentParser) -> argparse.Namespace:
    """The command line's options and `data`, the folder of the public data sets; ends where there is none."""
    options.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    chosen = options.parse_args()
    if not chosen.data.is_dir():
        sys.exit(f"The public data sets must be at {chosen.data}, but there is no such folder: name another by --data.")
    return chosen


def judged(case: Case, options: argparse.Namespace, folder: Path) -> tuple[list[dict[str, Any]], list[Figures]]:
    """Per seed the report of one training, from the data set's file to the judgement, and the peers' figures."""
    home = prepared(case, options.data, folder)
    reports, peers = [], []
    for seed in options.seeds:
        budget, started = ("--trials", options.trials, "--seed", str(seed)), time.monotonic()
        report = run(home, case, "train", case.model, *budget, "--as-of", case.as_of)
        reports.append({**report, "wall_seconds": time.monotonic() - started})
        if options.peers:
            os.environ.update(case.settings, FUNNELCAST_HOME=str(home))
            peers.append(peer_figures(case.model, case.as_of, seed))
    return reports, peers


def prepared(case: Case, data: Path, folder: Path) -> Path:
    """The state that holds a case's data; made in `folder` unless it is there."""
    home, export = folder / case.data, folder / f"{case.data}_export"
    if not home.exists():
        reshape(case.data, data, export)
        run(home, case, "init")
        run(home, case, "import", export, "--mapping", ROOT / "configs" / "mappings" / f"{case.data}.yaml")
    return home


def run(home: Path, case: Case, *arguments: str | Path) -> dict[str, Any]:
    """One command's --json answer."""
    done = subprocess.run(
        [sys.executable, "-m", "funnelcast", *map(str, arguments), "--json"],
        env={**os.environ, **case.settings, "FUNNELCAST_HOME": str(home)},
        stdout=subprocess.PIPE,
        check=False,
        text=True,
    )
    if done.returncode:
        sys.exit(done.returncode)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def told(case: Case, reports: list[dict[str, Any]], peers: list[Figures]) -> Iterator[str]:
    """The table of one case, its split in words, and the gate's word."""
    first, names = reports[0], list(reports[0]["metrics"])
    yield f"\n{case.title}: {len(reports)} seeds"
    yield first["split"]["words"]
    rows = [["funnelcast", *means([report["metrics"] for report in reports], names)]]
    for kind, told_by_seed in (("", [report["baselines"] for report in reports]), ("peer ", peers)):
        for name in told_by_seed[0] if told_by_seed else ():
            rows += [[kind + name, *means([figures[name] for figures in told_by_seed], names)]]
    searched = [{one["rung"]: one["log_loss"] for one in report["ladder"]} for report in reports]
    rungs = [name for name in searched[0] if all(name in one for one in searched)]
    rows += [
        [f"rung {name}, in the search", *_only("log_loss", names, [one[name] for one in searched])] for name in rungs
    ]
    yield text_table(["", *names], rows)
    yield f"chosen: {', '.join(report['chosen']['rung'] for report in reports)}"
    low, high = first["intervals"]["log_loss"]
    seconds = sum(report["wall_seconds"] for report in reports) / len(reports)
    yield f"log loss of the first: 95 % interval {low:.4f} to {high:.4f}; {seconds:.0f} s a training."
    yield from dict.fromkeys(report["gate"]["reason"] for report in reports)
    if by_age := first.get("by_age"):
        yield "\nby age of the lead, first seed (AUC / log loss)"
        models = list(by_age[0]["metrics"])
        cells = [
            [group["age_days"], group["rows"], group["positives"], *[pair(group["metrics"][model]) for model in models]]
            for group in by_age
        ]
        yield text_table(["age, days", "rows", "won", *models], cells)


def means(figures: list[dict[str, float]], names: list[str]) -> list[str]:
    """Per metric the mean over the seeds, and the half width of its 95 % interval."""
    return [mean_told([one[name] for one in figures if one.get(name) is not None]) for name in names]


def mean_told(values: list[float]) -> str:
    """The mean, with its interval if there is more than one value and they differ.

    >>> mean_told([0.5, 0.7]), mean_told([0.5, 0.5]), mean_told([])
    ('0.6000 +- 1.2706', '0.5000', '-')
    """
    if not values:
        return "-"
    spread = stdev(values) if len(values) > 1 else 0.0
    if spread == 0:
        return f"{fmean(values):.4f}"
    half = float(stats.t.ppf(0.975, len(values) - 1)) * spread / len(values) ** 0.5
    return f"{fmean(values):.4f} +- {half:.4f}"


def _only(metric: str, names: list[str], values: list[float]) -> list[str]:
    return [mean_told(values) if name == metric else "" for name in names]


def pair(figures: dict[str, float]) -> str:
    """AUC / log loss."""
    return f"{figures['roc_auc']:.3f} / {figures['log_loss']:.3f}"


if __name__ == "__main__":
    main()
