"""The leak guard on generated exports: what share of planted leaks it catches, what share of honest columns it takes.

`python -m benchmarks.leak_guard --sets 200` prints both per kind. Each set has leads with a truth of its own, one
leak of every kind and honest columns of every kind:

leaks    outcome_noise  the outcome plus noise            status      a word that is written at closing
         close_filled   a number filled at closing        close_days  days to the closing, once closed
         paid_amount    0 while open, above 0 if won      case_number names the row
honest   strong         AUC alone .65 to .80              sparse      filled for some, at random
         drifted        a campaign that ended, a new one  regional    many values
         plain          weak or no signal                 growing     a number that grows with the calendar
         dropped        no longer filled of late; one that ended
         with the last closed lead could not be told from a leak

Leaks that are written at closing are so for 40 to 100 % of the closed leads.
"""

from __future__ import annotations

import argparse
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pandas as pd

from configs.settings import load_settings
from features.schema import Feature, category, number
from training.dataset import Dataset
from training.leakage import quarantine

LEAKS = ("outcome_noise", "status", "close_filled", "close_days", "paid_amount", "case_number")
NUMBERS = (
    "outcome_noise",
    "close_filled",
    "close_days",
    "paid_amount",
    "strong",
    "dropped",
    "sparse",
    "plain",
    "growing",
)
DAYS = 400


def main() -> None:
    """Count over the sets and print a line per kind of column."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sets", type=int, default=200)
    sets = options.parse_args().sets
    counts, reasons = measured(sets)
    for name in sorted(counts, key=lambda name: (name not in LEAKS, name)):
        kind = "leak" if name in LEAKS else "honest"
        why = ", ".join(f"{reason} {count}" for (column, reason), count in sorted(reasons.items()) if column == name)
        print(f"{kind:7} {name:14} kept out in {counts[name]:4} of {sets}  {why}")
    leaks = [counts[name] for name in counts if name in LEAKS]
    honest = [counts[name] for name in counts if name not in LEAKS]
    print(f"leaks caught {sum(leaks) / sets / len(leaks):.1%}, honest kept out {sum(honest) / sets / len(honest):.2%}")


def measured(sets: int) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """How often each column was kept out, and why."""
    settings = load_settings().training.leakage
    counts: Counter[str] = Counter()
    reasons: Counter[tuple[str, str]] = Counter()
    for seed in range(sets):
        data, open_frame, names = generated(seed)
        counts.update(dict.fromkeys(names, 0))
        for found in quarantine(data, open_frame, settings):
            counts[found.column.removeprefix("attr_")] += 1
            reasons[found.column.removeprefix("attr_"), found.reason] += 1
    return counts, reasons


def generated(seed: int) -> tuple[Dataset, pd.DataFrame, list[str]]:
    """Closed leads, open leads and the names of the columns. Truth: log-odds = base + strength x strong + plain / 4."""
    rng = np.random.default_rng(seed)
    rows, still_open = int(rng.integers(600, 3000)), int(rng.integers(150, 600))
    total = rows + still_open
    started = np.sort(rng.uniform(0, DAYS, total))
    is_open = np.arange(total) >= rows
    strong, plain = rng.normal(size=total), rng.normal(size=total)
    # A strength of 0.5 to 1.3 makes an AUC alone of about .63 to .80.
    log_odds = rng.uniform(-2.2, -0.5) + rng.uniform(0.5, 1.3) * strong + plain / 4
    y = (rng.random(total) < 1 / (1 + np.exp(-log_odds))).astype(int)
    columns = {**_leaks(rng, y, is_open), **_honest(rng, started, is_open, strong, plain)}
    frame = pd.DataFrame({f"attr_{name}": values for name, values in columns.items()})
    created = pd.Timestamp("2025-01-01", tz="UTC") + pd.to_timedelta(started, unit="D")
    frame = frame.assign(entity_id=[f"L{i}" for i in range(total)], as_of=created, group_started_at=created, label=y,
                         known_at=created + pd.Timedelta(days=20), max_known_at=created + pd.Timedelta(days=30),
                         weight=1.0)  # fmt: skip
    closed = SimpleNamespace(frame=frame[~is_open], features=[_feature(name) for name in columns], horizon_days=30)
    return Dataset.of("win", closed), frame[is_open], list(columns)


def _feature(name: str) -> Feature:
    return (number if name in NUMBERS else category)(f"attr_{name}", name, name)


def _leaks(rng: np.random.Generator, y: np.ndarray, is_open: np.ndarray) -> dict[str, object]:
    count = len(y)
    noisy = rng.uniform(2.2, 3.5) * y + rng.normal(size=count)  # AUC .94 to .99
    told = ~is_open & (rng.random(count) < rng.uniform(0.4, 1.0))  # not every closed lead is kept up
    word = np.where(told, np.where(y == 1, "delivered", "void"), "in progress")
    filled = np.where(told, rng.normal(size=count), np.nan)
    days = np.where(told, rng.uniform(1, 20, count), np.nan)
    paid = np.where(told & (y == 1), rng.exponential(1000, count), 0.0)
    return {
        "outcome_noise": np.where(is_open, rng.normal(size=count), noisy), "status": word.astype(object),
        "close_filled": filled, "close_days": days, "paid_amount": paid,
        "case_number": np.array([f"CASE-{i}" for i in range(count)], dtype=object),
    }  # fmt: skip


def _honest(
    rng: np.random.Generator, started: np.ndarray, is_open: np.ndarray, strong: np.ndarray, plain: np.ndarray
) -> dict[str, object]:
    count = len(started)
    late = started > DAYS * 0.75
    dropped_at = rng.uniform(0.5, 0.8) * started[~is_open].max()
    campaign = np.where(late, rng.choice(["spring", "web"], count), rng.choice(["old fair", "web"], count))
    return {
        "strong": strong, "plain": plain, "growing": started + rng.normal(0, 20, count),
        "dropped": np.where(started > dropped_at, np.nan, rng.normal(size=count)),
        "sparse": np.where(rng.random(count) < rng.uniform(0.3, 0.9), np.nan, rng.normal(size=count)),
        "drifted": campaign.astype(object),
        "regional": rng.choice([f"city {i}" for i in range(60)], count).astype(object),
    }  # fmt: skip


if __name__ == "__main__":
    main()
