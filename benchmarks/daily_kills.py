"""`funnelcast daily`, killed at many points and gone on with, beside a run that was never disturbed.

`python -m benchmarks.daily_kills [POINTS] [LEADS]` (20 and 400 unless told). A process of its own runs the day's work
and kills itself (SIGKILL) just before the n-th act that lasts: a commit of the database or the renaming of a file. Then
the command is given again. Compared is every row of every table but for the names of imports, which are random, and the
files of the state by name.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, inspect, text

AS_OF = "2026-06-30T10:00:00+00:00"
NEVER = 10**9
RANDOM_COLUMNS = {"import_id", "finished_at", "started_at"}
DRIVER = """
import os, signal, sys, threading
left = int(sys.argv[1])
def act(event, arguments):
    # A module that is compiled for the first time is renamed too, but not by the next run.
    if event == "os.rename" and threading.current_thread() is threading.main_thread():
        if not str(arguments[1]).endswith(".pyc"):
            count()
def count():
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
from sqlalchemy import Engine, event
event.listen(Engine, "commit", lambda _: count())
from funnelcast.cli import run
sys.addaudithook(act)
code = run(sys.argv[2:])
print("left", left)
sys.exit(code)
"""
Digest = dict[str, Any]


def main(points: int = 20, leads: int = 400) -> None:
    """Run and print; exit code 1 where a run that was killed ended otherwise."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start = prepared(folder, leads)
        whole, acts = undisturbed(folder, start)
        print(f"An undisturbed run of {leads} leads does {acts} acts that last.", flush=True)
        wrong = 0
        for number in range(points):
            at = number * acts // points
            found = disturbed(folder, start, at)
            differing = sorted(part for part in whole.keys() | found.keys() if whole.get(part) != found.get(part))
            wrong += bool(differing)
            said = found.get("exit code", differing) if differing else "as undisturbed"
            print(f"  killed before act {at:3d}: {said}", flush=True)
        print(f"{points - wrong} of {points} runs ended as the undisturbed one.")
    sys.exit(bool(wrong))


def prepared(folder: Path, leads: int) -> Path:
    """A state with an export in its drop folder."""
    home = folder / "start"
    _run(home, NEVER, "init")
    drop = home / "drop" / "crm"
    _run(home, NEVER, "simulate", str(drop), "--leads", str(leads), "--seed", "7", "--as-of", AS_OF)
    for file in drop.iterdir():
        os.utime(file, (1_000_000_000, 1_000_000_000))
    return home


def undisturbed(folder: Path, start: Path) -> tuple[Digest, int]:
    """What the state holds after one whole run, and how many acts it took."""
    home = _copy(start, folder / "run")
    done = _run(home, NEVER, "daily", "--as-of", AS_OF)
    if done.returncode:
        raise SystemExit(f"The undisturbed run must end well, but: {done.stderr[-2000:]}")
    left = int(done.stdout.split("left")[-1])
    return digest(home), NEVER - left


def disturbed(folder: Path, start: Path, at: int) -> Digest:
    """What the state holds after a run that was killed before act `at`, and the one that went on."""
    home = _copy(start, folder / "run")
    killed = _run(home, at, "daily", "--as-of", AS_OF)
    if killed.returncode != -signal.SIGKILL:
        raise SystemExit(f"The run must be killed at act {at}, but ended with {killed.returncode}: {killed.stderr}")
    again = _run(home, NEVER, "daily", "--as-of", AS_OF)
    if again.returncode:
        return {"exit code": again.stderr[-2000:]}
    return digest(home)


def digest(home: Path) -> Digest:
    """Rows of all tables as sorted text, and the names of the files of the state."""
    engine = create_engine(f"sqlite:///{home / 'crm.db'}")
    with engine.connect() as connection:
        found: Digest = {}
        for table in inspect(engine).get_table_names():
            columns = [one["name"] for one in inspect(engine).get_columns(table) if one["name"] not in RANDOM_COLUMNS]
            rows = connection.execute(text(f"SELECT {', '.join(columns)} FROM {table}"))
            found[table] = sorted(map(str, rows))
    engine.dispose()
    folders = ("drop", "imported", "reports", "scores", "lake", "offline")
    found["files"] = sorted(str(file.relative_to(home)) for part in folders for file in (home / part).rglob("*"))
    return found


def _copy(start: Path, home: Path) -> Path:
    shutil.rmtree(home, ignore_errors=True)
    return Path(shutil.copytree(start, home))


def _run(home: Path, acts: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", DRIVER, str(acts), *arguments],
        env={**os.environ, "FUNNELCAST_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
