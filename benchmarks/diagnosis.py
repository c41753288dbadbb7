"""The diagnosis measured on generated incidents of every cause, and on calm worlds.

`python -m benchmarks.diagnosis [FIRST_SEED] [SEEDS] [CALM]` prints three tables: per cause how often an incident was
found and its cause named first, the calibration of the confidence, and the seconds of a diagnosis. Scores, thresholds
and temperature were set on seeds 0 to 59; seeds from 1000 on are for reporting. Worlds: incident_worlds.py.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.bundle_facts import facts_of
from benchmarks.incident_worlds import CAUSES, World, make_world
from configs.settings import Settings, load_settings
from funnelcast.tables import text_table
from monitoring.diagnosis.diagnosis import diagnose

REPORT_SEED, SEEDS, CALM = 1000, 25, 100
BINS = (0.0, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)


@dataclass(frozen=True)
class Told:
    """What the diagnosis said of one world; `first` is empty where it found nothing."""

    truth: str
    first: str
    confidence: float
    is_alarmed: bool
    seconds: float
    confidences: dict[str, float]

    @property
    def is_right(self) -> bool:
        """Whether the planted cause was named first."""
        return self.first == self.truth


def judged(world: World, settings: Settings) -> Told:
    facts = facts_of(world.tables, settings, world.as_of)
    start = time.perf_counter()
    found = diagnose(facts, settings, world.as_of)
    seconds = time.perf_counter() - start
    first = found.causes[0] if found.causes else None
    sure = {cause.cause: cause.confidence for cause in found.causes}
    return Told(
        world.cause, first.cause if first else "", first.confidence if first else 0.0, bool(found.alarms), seconds, sure
    )


def cause_rows(told: Sequence[Told]) -> list[list[object]]:
    rows: list[list[object]] = []
    for cause in CAUSES:
        of = [one for one in told if one.truth == cause]
        found = [one for one in of if one.first]
        wrong = Counter(one.first for one in found if not one.is_right)
        right = sum(one.is_right for one in of)
        rows.append(
            [cause, len(of), sum(one.is_alarmed for one in of), len(found), right, f"{right / max(len(found), 1):.0%}",
             ", ".join(f"{name} {count}" for name, count in wrong.most_common())]
        )  # fmt: skip
    return rows


def calibration_rows(told: Sequence[Told]) -> list[list[object]]:
    found = [one for one in told if one.first]
    place = np.digitize([one.confidence for one in found], BINS[1:-1])
    rows: list[list[object]] = []
    for number in range(len(BINS) - 1):
        of = [one for one, mine in zip(found, place, strict=True) if mine == number]
        if of:
            mean = np.mean([one.confidence for one in of])
            right = np.mean([one.is_right for one in of])
            rows.append([f"{BINS[number]:.2f} to {BINS[number + 1]:.2f}", len(of), f"{mean:.0%}", f"{right:.0%}"])
    return rows


def large_facts_seconds(settings: Settings, leads: int = 100_000) -> list[list[object]]:
    """One world after another, put together until it has so many leads; the incident of each stays."""
    parts, count, seed = [], 0, 0
    while count < leads:
        world = make_world("channel_mix_shift", 500 + seed)
        parts.append(_renamed(world, seed))
        count, seed = count + len(world.tables["leads"]), seed + 1
    names = {name for part in parts for name in part}
    tables = {name: pd.concat([part[name] for part in parts if name in part], ignore_index=True) for name in names}
    world = make_world("calm", 500)
    facts = facts_of(tables, settings, world.as_of)
    start = time.perf_counter()
    found = diagnose(facts, settings, world.as_of)
    seconds = time.perf_counter() - start
    rows = f"{len(facts.funnel.leads):,} leads, {len(facts.activities):,} activities"
    return [[rows, f"{len(found.alarms)} alarms, {len(found.causes)} causes", round(seconds, 1)]]


def _renamed(world: World, number: int) -> dict[str, pd.DataFrame]:
    """The world's tables with ids of their own, moved to end at the moment of the first."""
    shift = make_world("calm", 500).as_of - world.as_of
    renamed = {}
    for name, told in world.tables.items():
        rows = told.copy()
        for column in rows.columns:
            if column in {"lead_id", "order_id", "customer_id"}:
                rows[column] = f"{number}-" + rows[column].astype(str)
            if pd.api.types.is_datetime64_any_dtype(rows[column]) and column != "hired_on":
                rows[column] = rows[column] + shift
        renamed[name] = rows
    return renamed


def main(first: int, seeds: int, calm: int) -> None:
    settings = load_settings()
    told = [judged(make_world(cause, seed), settings) for cause in CAUSES for seed in range(first, first + seeds)]
    quiet = [judged(make_world("calm", seed), settings) for seed in range(first, first + calm)]
    header = ["cause", "worlds", "alarmed", "told", "right first", "of those told", "instead"]
    print(text_table(header, cause_rows(told)))
    found = [one for one in told if one.first]
    right = sum(one.is_right for one in found)
    print(f"\nRight first: {right} of {len(found)} told ({right / len(found):.1%}), of {len(told)} planted.")
    alarmed, named = sum(one.is_alarmed for one in quiet), sum(bool(one.first) for one in quiet)
    print(f"Calm worlds with an alarm: {alarmed} of {len(quiet)}; with a cause told: {named}.\n")
    print(text_table(["confidence", "worlds", "mean said", "right"], calibration_rows(told)))
    print(f"\nSeconds per world: median {np.median([one.seconds for one in told]):.1f}.")
    print(text_table(["data", "found", "seconds"], large_facts_seconds(settings)))


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*(given + [REPORT_SEED, SEEDS, CALM][len(given) :]))
