"""`score leads` for a million open leads: wall time, CPU and memory of the whole command, as it is installed.

`python -m benchmarks.batch [--home FOLDER] [--leads N] [--tell]`. The state is a simulated seller with a trained win
model whose open leads stand in the event lake as many times over as it takes, each copy with its stage events,
activities and logged changes under ids of its own. Targets (2 cores): 60 s, 2 GB. Beside it, in the same run: the same
model over the same number of rows already in memory, which is what is left when features cost nothing. `--tell` adds
the command without `--as-of`, which tells the change feed of every score; that spends the state, and it is removed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb

from benchmarks.serving.state import AS_OF, MOMENT, ROOT, environment, prepared
from configs.settings import load_settings
from funnelcast.context import Context
from funnelcast.tables import text_table
from scoring.lead_batch import score_leads

LIMIT_SECONDS, LIMIT_MB = 60, 2000
# Table -> the column that names the lead, and the row's own id.
COPIED = {"leads": ("lead_id", "lead_id"), "stage_events": ("lead_id", "event_id"),
          "activities": ("lead_id", "activity_id"), "attribute_changes": ("entity_id", "change_id")}  # fmt: skip


def main() -> None:
    """Print one table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--home", type=Path, default=ROOT / "var" / "bench-batch")
    options.add_argument("--leads", type=int, default=1_000_000)
    options.add_argument("--tell", action="store_true")
    chosen = options.parse_args()
    home = multiplied(chosen.home.resolve(), chosen.leads)
    out = home / "scores.parquet"
    wall, cpu, peak = measured(home, "score", "leads", "--out", str(out), "--as-of", AS_OF)
    count = duckdb.sql(f"SELECT count(*) FROM '{out}'").fetchall()[0][0]
    bare = in_memory(home, count)
    print(f"load {os.getloadavg()[0]:.1f}; limits {LIMIT_SECONDS} s and {LIMIT_MB} MB")
    told = [_row("the same, and others told, all for the first time", *_telling(home, out))] if chosen.tell else []
    rows = [
        _row("score leads, reasons for the first 10,000", count, wall, cpu, peak),
        *told,
        ["the same model over rows in memory, no reasons", f"{count:,}", "", f"{bare:.1f}", "", ""],
        ["ratio", "", "", f"{cpu / bare:.1f}", "", ""],
    ]
    print(text_table(["", "open leads", "wall, s", "CPU, s", "peak, MB", "holds"], rows))


def _row(what: str, count: int, wall: float, cpu: float, peak: float) -> list[str]:
    holds = "yes" if wall <= LIMIT_SECONDS and peak <= LIMIT_MB else "no"
    return [what, f"{count:,}", f"{wall:.1f}", f"{cpu:.1f}", f"{peak:.0f}", holds]


def _telling(home: Path, out: Path) -> tuple[int, float, float, float]:
    figures = measured(home, "score", "leads", "--out", str(out))
    count = duckdb.sql(f"SELECT count(*) FROM '{out}'").fetchall()[0][0]
    shutil.rmtree(home)
    return count, *figures


def in_memory(home: Path, count: int) -> float:
    """CPU seconds that the model alone takes for this many rows, by the first piece of them."""
    os.environ["FUNNELCAST_HOME"] = str(home)
    context = Context.of(AS_OF, is_json=True)
    artefact, version = context.registry.load_champion("win")
    chunks = context.repository.current_chunks("leads", MOMENT)
    frame = next(chunks)
    chunks.close()
    started = time.process_time()
    score_leads(artefact, version, frame, context.settings, MOMENT, with_reasons=False)
    return (time.process_time() - started) * count / len(frame)


def measured(home: Path, *arguments: str) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak memory in MB of one command."""
    started = time.perf_counter()
    line = [sys.executable, "-m", "funnelcast", *arguments, "--json"]
    process = subprocess.Popen(line, env=environment(home), stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(line)} must succeed, but ended with {status}.")
    wall = time.perf_counter() - started
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def multiplied(home: Path, leads: int) -> Path:
    """The state with this many open leads; the lake's manifest names the multiplied files in place of its own."""
    base, wanted = home / "base", home / f"{leads}"
    prepared(base)
    if (wanted / "ready").is_file():
        return wanted
    shutil.rmtree(wanted, ignore_errors=True)
    shutil.copytree(base, wanted)
    for file in wanted.rglob("*"):
        if file.suffix in {".yaml", ".json"} and str(base) in file.read_text():
            file.write_text(file.read_text().replace(str(base), str(wanted)))
    lake = wanted / "lake"
    manifest = json.loads((lake / "manifest.json").read_text())
    database = duckdb.connect()
    for table in COPIED:
        files = [str(lake / name) for name in manifest["files"][table]]
        database.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet({files!r}, union_by_name=true)")
    funnel = load_settings().funnel
    closed = "SELECT lead_id FROM stage_events WHERE list_contains(?, stage)"
    closing = [*funnel.names("won"), *funnel.names("lost")]
    database.execute(
        f"CREATE TABLE open AS SELECT DISTINCT lead_id FROM leads WHERE lead_id NOT IN ({closed})", [closing]
    )
    count_open = database.execute("SELECT count(*) FROM open").fetchall()[0][0]
    times = -(-leads // count_open)
    for table, (owner, key) in COPIED.items():
        name = f"{table}/multiplied.parquet"
        renamed = f"t.{owner} || '-' || k AS {owner}"
        renamed += "" if key == owner else f", t.{key} || '-' || k AS {key}"
        database.execute(
            f"COPY (SELECT t.* REPLACE ({renamed}) FROM {table} t, range({times}) r(k) WHERE t.{owner} IN (FROM open) "
            f"ORDER BY k, t.change_seq) TO '{lake / name}' (FORMAT parquet, COMPRESSION zstd)"
        )
        manifest["files"][table].append(name)
    (lake / "manifest.json").write_text(json.dumps(manifest))
    (wanted / "ready").write_text("")
    return wanted


if __name__ == "__main__":
    main()
