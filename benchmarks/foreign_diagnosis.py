"""The diagnosis measured on the worlds of foreign_worlds.py, whose author had not read it.

`python -m benchmarks.foreign_diagnosis [--causes N] [--calm N] [--seed S] [--only CAUSE]` prints what
benchmarks.diagnosis prints of our own worlds, with exact intervals; `--list` also every world. Seeds 0 to 999 (block A)
were tuned on; blocks above are for judging once (docs/diagnosis.md). Facts are made from the frames; `--import` takes
the whole way: CSV files, an embedded state, and back.
"""

from __future__ import annotations

import argparse
import tempfile
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pandas as pd
from scipy.stats import binomtest

from benchmarks.diagnosis import Told, calibration_rows, cause_rows, judged, told_of
from benchmarks.foreign_worlds import CAUSES, world, write
from benchmarks.incident_worlds import World
from configs.settings import load_settings
from crm_core.database import migrate, open_database
from crm_core.importer import import_path
from funnelcast.tables import text_table
from monitoring.diagnosis.facts import load_case_facts

ZONE = "Asia/Shanghai"


def utc(end: pd.Timestamp) -> datetime:
    """A naive local moment in UTC."""
    return end.tz_localize(ZONE).tz_convert(UTC).to_pydatetime()


def foreign(cause: str, seed: int) -> World:
    """A foreign world as benchmarks.diagnosis takes it: moments in naive UTC."""
    tables, end = world(cause, seed)
    for name, table in tables.items():
        moments = [column for column in table if pd.api.types.is_datetime64_any_dtype(table[column])]
        tables[name] = table.assign(
            **{column: table[column].dt.tz_localize(ZONE).dt.tz_convert(UTC).dt.tz_localize(None) for column in moments}
        )
    return World(cause, "", utc(end), tables)


def imported(cause: str, seed: int) -> Told:
    """What is said of a world that was written as CSV, imported and read back."""
    settings = load_settings()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        as_of = utc(write(folder / "bundle", cause, seed))
        own = settings.model_copy(update={"home": folder / "home"})
        engine = open_database(own.database_url)
        migrate(engine)
        import_path(engine, folder / "bundle", None, own, as_of, folder / "rejects")
        engine.dispose()
        return told_of(cause, load_case_facts(own, as_of), own, as_of)


def one(cause: str, seed: int, is_imported: bool = False) -> tuple[int, Told]:
    """What is said of one world."""
    return seed, imported(cause, seed) if is_imported else judged(foreign(cause, seed), load_settings())


def exact(hits: int, count: int) -> str:
    """Share with its Clopper-Pearson 95 % interval (Clopper, Pearson 1934)."""
    if not count:
        return "none"
    interval = binomtest(hits, count).proportion_ci()
    return f"{hits} of {count} ({hits / count:.1%}; {interval.low:.1%} to {interval.high:.1%})"


def report(told: list[Told]) -> None:
    """The tables."""
    planted, quiet = [x for x in told if x.truth != "calm"], [x for x in told if x.truth == "calm"]
    found = [x for x in planted if x.first]
    right = sum(x.is_right for x in found)
    print(
        text_table(
            ["cause", "worlds", "alarmed", "told", "right first", "of those told", "instead"], cause_rows(planted)
        )
    )
    print(f"\nRight first of those told: {exact(right, len(found))}; of planted: {exact(right, len(planted))}")
    print(f"Calm worlds with an alarm: {exact(sum(x.is_alarmed for x in quiet), len(quiet))}; "
          f"with a cause told: {sum(bool(x.first) for x in quiet)}\n")  # fmt: skip
    print(text_table(["confidence", "worlds", "mean said", "right"], calibration_rows(planted)))
    near = [x for x in found if 0.7 <= x.confidence < 0.9]
    print(f"Said with 0.7 to 0.9: right {exact(sum(x.is_right for x in near), len(near))}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--causes", type=int, default=12)
    parser.add_argument("--calm", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=[*CAUSES, "calm"])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--import", action="store_true", dest="is_imported")
    asked = parser.parse_args()
    names = [name for name in (*CAUSES, "calm") if asked.only in (None, name)]
    jobs = [(c, asked.seed + n) for c in names for n in range(asked.calm if c == "calm" else asked.causes)]
    with ProcessPoolExecutor(2) as pool:
        answers = list(pool.map(partial(one, is_imported=asked.is_imported), *zip(*jobs, strict=True), chunksize=4))
    for seed, told in answers if asked.list else []:
        top = ", ".join(f"{name} {sure:.2f}" for name, sure in list(told.confidences.items())[:3])
        print(told.truth, seed, "alarm" if told.is_alarmed else "quiet", told.rules, top, f"{told.seconds:.1f}s")
    report([told for _, told in answers])


if __name__ == "__main__":
    main()
