"""The funnel measured: false and true alarms on simulated worlds, and the time that figures take.

`python -m benchmarks.funnel [SEEDS]` prints two tables. A calm world is judged at many moments of its last year,
through holidays and all; a trade-show world at the end, where 82 % more leads than a month ago stand in
technical_exchange. The worlds are made side by side, one a core: about 400 s of CPU with the default 4 seeds.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from configs.progress import SILENT
from configs.settings import load_settings
from crm_core.database import migrate, open_database
from crm_core.funnel import Alarm, alarms, load_facts, trend_figures
from crm_core.importer import import_path
from funnelcast.simulator import simulate
from funnelcast.tables import text_table

AS_OF = datetime(2026, 11, 24, 2, tzinfo=UTC)
SETTINGS = load_settings()
SIZES = (1_500, 5_000, 15_000)
MOMENTS = 18
STEP_DAYS = 20
UNREAD = ("orders", "payments", "receivables", "ratings", "channel_spend")  # tables that no figure of the funnel reads


@contextmanager
def imported(fill_bundle: Path, folder: Path) -> Iterator[Engine]:
    """A new database with the bundle in it."""
    engine = open_database(f"sqlite:///{folder / 'crm.db'}")
    migrate(engine)
    import_path(engine, fill_bundle, None, SETTINGS, AS_OF, folder / "rejects")
    yield engine
    engine.dispose()


def judged(scenario: str, leads: int, moments: int, seed: int) -> list[list[Alarm]]:
    """Alarms of one simulated world at its end and at as many moments before it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulate(folder / "bundle", leads, seed, scenario, AS_OF, SILENT)
        for table in UNREAD:
            (folder / "bundle" / f"{table}.csv").unlink()
        with imported(folder / "bundle", folder) as engine:
            times = [AS_OF - timedelta(days=STEP_DAYS * n) for n in range(moments)]
            return [alarms(load_facts(engine, SETTINGS, at), SETTINGS, at) for at in times]


def alarm_row(cores: ProcessPoolExecutor, scenario: str, leads: int, seeds: int, moments: int) -> list[object]:
    """One row of the table of alarms."""
    worlds = cores.map(partial(judged, scenario, leads, moments), range(1, seeds + 1))
    told = [found for world in worlds for found in world]
    print(f"{scenario}, {leads:,} leads: {len(told)} checks", file=sys.stderr)
    planted = sum(any((a.rule, a.stage) == ("stage_stock", "technical_exchange") for a in found) for found in told)
    rules = sorted({f"{alarm.rule}:{alarm.stage}" for found in told for alarm in found})
    silent = sum(not found for found in told)
    return [
        scenario,
        leads,
        seeds,
        len(told),
        f"{silent / len(told):.1%}",
        f"{planted / len(told):.0%}" if scenario != "calm" else "",
        ", ".join(rules),
    ]


def large_bundle(folder: Path, leads: int, events: int) -> Path:
    """Leads and stage events alone, four events a lead."""
    rng = np.random.default_rng(1)
    per_lead = events // leads
    created = AS_OF.replace(tzinfo=None) - pd.to_timedelta(rng.uniform(30, 700, leads), unit="D")
    keys = np.array([f"L{n}" for n in range(leads)])
    channels = rng.choice(["website", "search", "referral", "trade_show", "partner"], leads)
    pd.DataFrame({"lead_id": keys, "created_at": created, "channel_id": channels}).to_parquet(folder / "leads.parquet")
    names = np.array([stage.name for stage in SETTINGS.funnel.stages[:6]] + ["lost"])
    stage = np.sort(rng.integers(0, len(names), (leads, per_lead)), axis=1)
    waits = np.cumsum(rng.exponential(6, (leads, per_lead)), axis=1)
    entered = np.repeat(created.to_numpy(), per_lead) + pd.to_timedelta(waits.ravel(), unit="D").to_numpy()
    table = pd.DataFrame({"lead_id": np.repeat(keys, per_lead), "stage": names[stage.ravel()], "entered_at": entered})
    table.insert(0, "event_id", [f"E{n}" for n in range(len(table))])
    table[table["entered_at"] <= AS_OF.replace(tzinfo=None)].to_parquet(folder / "stage_events.parquet")
    return folder


def speed_rows(leads: int = 100_000, events: int = 400_000) -> list[list[object]]:
    """Seconds that loading and the figures of every stage by one dimension take."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bundle").mkdir()
        with imported(large_bundle(folder / "bundle", leads, events), folder) as engine:
            start = time.perf_counter()
            facts = load_facts(engine, SETTINGS, AS_OF)
            loaded = time.perf_counter()
            trend_figures(facts, 30, "channel")
            drawn = time.perf_counter()
            alarms(facts, SETTINGS, AS_OF)
            done = time.perf_counter()
    count = f"{leads:,} leads, {events:,} stage events"
    return [
        [count, "load the facts", round(loaded - start, 2)],
        [count, "figures and trend, all stages by channel", round(drawn - loaded, 2)],
        [count, "all alarms", round(done - drawn, 2)],
    ]


def main(seeds: int) -> None:
    with ProcessPoolExecutor() as cores:
        calm = [alarm_row(cores, "calm", leads, seeds, MOMENTS) for leads in SIZES]
        planted = [alarm_row(cores, "trade_show", leads, 2 * seeds, 1) for leads in SIZES]
    header = ["world", "leads", "seeds", "checks", "silent", "planted pile told", "alarms"]
    print(text_table(header, [*calm, *planted]))
    print()
    print(text_table(["data", "what", "seconds"], speed_rows()))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4)
