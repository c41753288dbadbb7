"""`make bench`: every model on real data beside its baselines, judged once on the newest part.

Data sets lie in ../shared/data (see its README); each gets a state of its own in a temporary folder.
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
from typing import Any

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
    options.add_argument("--seed", default="1")
    options.add_argument("--only", default="", help="run the cases whose title holds this text")
    options.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    chosen = options.parse_args()
    if not chosen.data.is_dir():
        sys.exit(f"The public data sets must be at {chosen.data}, but there is no such folder: name another by --data.")
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            if chosen.only in case.title:
                for line in told(case, judged(case, chosen, Path(folder))):
                    print(line, flush=True)


def judged(case: Case, options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """The report of one training, from the data set's file to the judgement."""
    home = prepared(case, options.data, folder)
    budget = ("--trials", options.trials, "--seed", options.seed)
    started = time.monotonic()
    report = run(home, case, "train", case.model, *budget, "--as-of", case.as_of)
    return {**report, "wall_seconds": time.monotonic() - started}


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


def told(case: Case, report: dict[str, Any]) -> Iterator[str]:
    """The table of one case, its split in words, and the gate's word."""
    names = list(report["metrics"])
    yield f"\n{case.title}"
    yield report["split"]["words"]
    rows = [["funnelcast", *report["metrics"].values()]]
    rows += [[name, *[figures.get(metric) for metric in names]] for name, figures in report["baselines"].items()]
    yield text_table(["", *names], [[row[0], *map(rounded, row[1:])] for row in rows])
    low, high = report["intervals"]["log_loss"]
    yield f"log loss: 95 % interval {low:.4f} to {high:.4f}; {report['wall_seconds']:.0f} s. {report['gate']['reason']}"
    if by_age := report.get("by_age"):
        yield "\nby age of the lead (AUC / log loss)"
        models = list(by_age[0]["metrics"])
        cells = [
            [group["age_days"], group["rows"], group["positives"], *[pair(group["metrics"][model]) for model in models]]
            for group in by_age
        ]
        yield text_table(["age, days", "rows", "won", *models], cells)


def rounded(figure: float | None) -> float | None:
    """Four decimals."""
    return None if figure is None else round(figure, 4)


def pair(figures: dict[str, float]) -> str:
    """AUC / log loss."""
    return f"{figures['roc_auc']:.3f} / {figures['log_loss']:.3f}"


if __name__ == "__main__":
    main()
