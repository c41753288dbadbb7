"""The diagnosis measured on generated incidents of every cause, and on calm worlds.

`python -m benchmarks.diagnosis [FIRST_SEED] [SEEDS] [CALM]` prints two tables: per cause how often an incident was
found and its cause named first, and the calibration of the confidence; `... speed` the seconds for 100,000 leads, of
reading them from the database and of the diagnosis. Scores, thresholds and temperature were set on seeds 0 to 19 (calm
worlds 0 to 59); seeds from 1000 on are for reporting. Worlds: incident_worlds.py.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.bundle_facts import facts_of
from benchmarks.incident_worlds import CAUSES, World, make_world
from configs.settings import Settings, load_settings
from crm_core.database import migrate, open_database
from crm_core.importer import import_path
from funnelcast.tables import text_table
from monitoring.diagnosis.diagnosis import diagnose
from monitoring.diagnosis.facts import CaseFacts, load_case_facts

REPORT_SEED, SEEDS, CALM = 1000, 25, 100
BINS = (0.0, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)


@dataclass(frozen=True)
class Told:
    """What the diagnosis said of one world; `first` is empty where it found nothing."""

    truth: str
    first: str
    confidence: float
    rules: tuple[str, ...]
    seconds: float
    confidences: dict[str, float]

    @property
    def is_alarmed(self) -> bool:
        """Whether anything alarmed."""
        return bool(self.rules)

    @property
    def is_right(self) -> bool:
        """Whether the planted cause was named first."""
        return self.first == self.truth


def judged(world: World, settings: Settings) -> Told:
    return told_of(world.cause, facts_of(world.tables, settings, world.as_of), settings, world.as_of)


def told_of(truth: str, facts: CaseFacts, settings: Settings, as_of: datetime) -> Told:
    """What the diagnosis says of facts."""
    start = time.perf_counter()
    found = diagnose(facts, settings, as_of)
    seconds = time.perf_counter() - start
    first = found.causes[0] if found.causes else None
    sure = {cause.cause: cause.confidence for cause in found.causes}
    rules = tuple(f"{alarm.rule}:{alarm.stage}" for alarm in found.alarms)
    return Told(truth, first.cause if first else "", first.confidence if first else 0.0, rules, seconds, sure)


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
    """Worlds put together until there are so many leads, imported, read and diagnosed; the incident of each stays."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bundle").mkdir()
        for table, rows in _together(leads).items():
            rows.to_parquet(folder / "bundle" / f"{table}.parquet")
        own = settings.model_copy(update={"home": folder / "home"})
        engine = open_database(own.database_url)
        migrate(engine)
        as_of = make_world("calm", 500).as_of
        import_path(engine, folder / "bundle", None, own, as_of, folder / "rejects")
        engine.dispose()
        clocks = [(time.perf_counter(), time.process_time())]
        facts = load_case_facts(own, as_of)
        clocks.append((time.perf_counter(), time.process_time()))
        found = diagnose(facts, own, as_of)
        clocks.append((time.perf_counter(), time.process_time()))
    told = ["read from SQLite", f"diagnosed: {len(found.alarms)} alarms, {len(found.causes)} causes"]
    count = f"{len(facts.funnel.leads):,} leads, {len(facts.activities):,} activities"
    return [
        [count, what, round(end[0] - start[0], 1), round(end[1] - start[1], 1)]
        for what, start, end in zip(told, clocks, clocks[1:], strict=False)
    ]


def _together(leads: int) -> dict[str, pd.DataFrame]:
    parts: list[dict[str, pd.DataFrame]] = []
    while sum(len(part["leads"]) for part in parts) < leads:
        parts.append(_renamed(make_world("channel_mix_shift", 500 + len(parts)), len(parts)))
    names = {name for part in parts for name in part} - {"reps"}
    tables = {name: pd.concat([part[name] for part in parts if name in part], ignore_index=True) for name in names}
    reps = pd.concat([part["reps"] for part in parts]).drop_duplicates("rep_id")
    tables["activities"].insert(0, "activity_id", [f"A{n}" for n in range(len(tables["activities"]))])
    return {**tables, "reps": reps}


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


def quality(first: int, seeds: int, calm: int) -> None:
    """The tables of incidents, calm worlds and calibration; how far it is goes to standard error."""
    settings, told = load_settings(), []
    for cause, count in [*((cause, seeds) for cause in CAUSES), ("calm", calm)]:
        mine = [judged(make_world(cause, seed), settings) for seed in range(first, first + count)]
        told += mine
        print(f"{cause}: {Counter(one.first for one in mine)}", file=sys.stderr, flush=True)
    planted, quiet = [one for one in told if one.truth != "calm"], [one for one in told if one.truth == "calm"]
    header = ["cause", "worlds", "alarmed", "told", "right first", "of those told", "instead"]
    print(text_table(header, cause_rows(planted)))
    found = [one for one in planted if one.first]
    right = sum(one.is_right for one in found)
    print(f"\nRight first: {right} of {len(found)} told ({right / len(found):.1%}), of {len(planted)} planted.")
    alarmed, named = sum(one.is_alarmed for one in quiet), sum(bool(one.first) for one in quiet)
    print(f"Calm worlds with an alarm: {alarmed} of {len(quiet)}; with a cause told: {named}.\n")
    print(text_table(["confidence", "worlds", "mean said", "right"], calibration_rows(planted)))


def main(words: list[str]) -> None:
    if words[:1] == ["speed"]:
        print(text_table(["data", "found", "seconds", "CPU seconds"], large_facts_seconds(load_settings())), flush=True)
        return
    quality(*([int(word) for word in words] + [REPORT_SEED, SEEDS, CALM][len(words) :]))


if __name__ == "__main__":
    main(sys.argv[1:])
