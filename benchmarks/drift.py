"""Drift measured: false alarms on clean features, power on planted shifts, and what the mix did.

`python -m benchmarks.drift [REPORTS] [power] [false_alarms]` prints two tables; 300 reports take about 20 minutes of
one core. Forty columns of the shapes that leads have: normal, heavy-tailed, counts, with gaps, categories. A report
alarms when any of them is called drifted; a shift is found when its own column is.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from scipy import stats

from configs.settings import load_settings
from features.schema import Feature
from funnelcast.tables import text_table
from monitoring.channel_mix import compare_mix
from monitoring.column_drift import detect_drift
from monitoring.intervals import wilson

RULES = load_settings().monitoring
SIZES = (200, 500, 1_000, 5_000, 20_000)
Frame = pd.DataFrame
Change = Callable[[Frame], None]


def clean_features(rng: np.random.Generator, rows: int) -> Frame:
    """Forty columns that are the same in every window."""
    columns: dict[str, object] = {f"normal_{i}": rng.normal(size=rows) for i in range(10)}
    columns |= {f"amount_{i}": np.exp(1.5 * rng.normal(size=rows)) for i in range(6)}
    columns |= {f"count_{i}": rng.poisson(0.3 + i, size=rows).astype(float) for i in range(6)}
    for i in range(6):
        values = rng.normal(size=rows)
        values[rng.random(rows) < 0.05 + 0.15 * i] = np.nan
        columns[f"gappy_{i}"] = values
    for i in range(8):
        weights = np.geomspace(1, 0.05, 2 + 3 * i)
        columns[f"category_{i}"] = rng.choice([f"v{j}" for j in range(2 + 3 * i)], p=weights / weights.sum(), size=rows)
    for i in range(4):
        blanks = rng.choice(["a", "b", "c"], size=rows).astype(object)
        blanks[rng.random(rows) < 0.1 * (i + 1)] = None
        columns[f"blanks_{i}"] = blanks
    return pd.DataFrame(columns)


def drifted(rows: int, seed: int, change: Change | None = None) -> list[str]:
    """Columns of one report that are called drifted; both windows have `rows` leads."""
    rng = np.random.default_rng([seed, rows])
    reference, current = clean_features(rng, rows), clean_features(rng, rows)
    if change is not None:
        change(current)
    columns = [
        Feature(name, "category" if reference[name].dtype == object else "number", name, name) for name in reference
    ]
    return [verdict.column for verdict in detect_drift(reference, current, columns, RULES) if verdict.is_drifted]


def shifted_by(sd: float) -> Change:
    """Moves one normal column by so many standard deviations."""

    def change(frame: Frame) -> None:
        frame["normal_0"] += sd

    return change


def is_mix_found(leads: int, seed: int, share: float) -> bool:
    """Whether a channel that goes from 12 % to `share` is told, with as many leads in each window, six channels."""
    rng = np.random.default_rng([seed, leads])
    others = np.array([0.30, 0.25, 0.15, 0.10, 0.08]) / 0.88
    names = ["trade_show", "web", "search", "referral", "partner", "call"]
    windows = [
        pd.Series(rng.choice(names, leads, p=[part, *(others * (1 - part))]), dtype=object) for part in (0.12, share)
    ]
    mix = compare_mix(windows[0], windows[1], RULES)
    return mix.is_changed and (share == 0.12 or getattr(mix.biggest_mover, "channel_id", "") == "trade_show")


def told(what: str, asked: str, hits: list[bool], started: float) -> list[object]:
    """One row of a table."""
    interval = wilson(sum(hits), len(hits))
    spread = f"{interval.low:.1%} to {interval.high:.1%}"
    return [what, asked, len(hits), f"{sum(hits) / len(hits):.1%}", spread, f"{time.monotonic() - started:.0f}"]


def false_alarms(reports: int) -> Iterator[list[object]]:
    """Clean windows: how many reports alarm."""
    for rows in SIZES:
        started = time.monotonic()
        hits = [bool(drifted(rows, seed)) for seed in range(reports)]
        yield told(f"40 clean features, n = {rows:,}", "at most 5 %", hits, started)
    for leads in (100, 1_000, 20_000):
        started = time.monotonic()
        hits = [is_mix_found(leads, seed, 0.12) for seed in range(10 * reports)]
        yield told(f"steady channel mix, n = {leads:,}", "at most 5 %", hits, started)


def power(reports: int) -> Iterator[list[object]]:
    """Planted shifts: how many are found, and a trifle that must not be."""
    for sd, rows in ((0.5, 500), (0.3, 1_000)):
        started = time.monotonic()
        hits = ["normal_0" in drifted(rows, seed, shifted_by(sd)) for seed in range(reports)]
        yield told(f"{sd} SD in one of 40, n = {rows:,}", "at least 95 %", hits, started)
    started = time.monotonic()
    hits = [is_mix_found(100, seed, 0.39) for seed in range(10 * reports)]
    yield told("channel 12 % -> 39 %, 100 leads a window", "found", hits, started)
    started = time.monotonic()
    yield told("0.05 SD alone, n = 100,000", "silent: 0 %", [is_trifle_told(seed) for seed in range(reports)], started)


def is_trifle_told(seed: int, rows: int = 100_000) -> bool:
    """Whether a shift of 0.05 SD over very many rows is called drift."""
    rng = np.random.default_rng(seed)
    reference, current = pd.DataFrame({"x": rng.normal(size=rows)}), pd.DataFrame({"x": rng.normal(0.05, 1, rows)})
    return detect_drift(reference, current, [Feature("x", "number", "x", "x")], RULES)[0].is_drifted


def main(reports: int, parts: list[str]) -> None:
    header = ["windows", "asked", "reports", "alarmed", "95 % interval", "seconds"]
    for part in parts or PARTS:
        rows = []
        for row in PARTS[part](reports):
            print(*row, sep="  ", file=sys.stderr, flush=True)
            rows.append(row)
        print(text_table(header, rows), end="\n\n", flush=True)
    allowed = stats.binom.ppf(0.975, reports, 0.05) / reports
    print(f"With a true rate of 5 % up to {allowed:.1%} of {reports} reports alarm by chance.")


PARTS = {"power": power, "false_alarms": false_alarms}

if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300, sys.argv[2:])
