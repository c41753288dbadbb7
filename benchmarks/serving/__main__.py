"""`python -m benchmarks.serving [--short] [--home FOLDER] [SCENARIO ...]`: run them, print one table."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.serving import scenarios, stores
from benchmarks.serving.scenarios import Row
from benchmarks.serving.state import ROOT, State, forget_receipts, prepared

Runner = Callable[[State, Path], list[Row]]
LONG: dict[str, Runner] = {
    "by_id": lambda state, folder: scenarios.by_id(state, folder, 20, 100, rounds=3),
    "hundred": lambda state, folder: scenarios.hundred(state, folder, 60),
    "thousand": lambda state, folder: scenarios.thousand(state, folder, 20),
    "overload": lambda state, folder: scenarios.overload(state, folder, 60),
    "model_changes": scenarios.model_changes,
    "stores": lambda state, folder: stores.stopped_and_delayed(state, folder, 60),
    "steady": lambda state, folder: scenarios.steady(state, folder, 1800),
}
SHORT: dict[str, Runner] = {
    "by_id": lambda state, folder: scenarios.by_id(state, folder, 6, 100, rounds=3),
    "hundred": lambda state, folder: scenarios.hundred(state, folder, 10),
    "thousand": lambda state, folder: scenarios.thousand(state, folder, 10),
    "overload": lambda state, folder: scenarios.overload(state, folder, 10),
    "model_changes": lambda state, folder: scenarios.model_changes(state, folder, 8, 6.0, 20),
    "stores": lambda state, folder: stores.stopped_and_delayed(state, folder, 10),
    "steady": lambda state, folder: scenarios.steady(state, folder, 60, 20),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--home", type=Path, default=ROOT / "var" / "bench-serving")
    parser.add_argument("scenario", nargs="*", choices=[[], *LONG])
    given = parser.parse_args()
    state = prepared(given.home)
    os.environ["FUNNELCAST_HOME"] = state.home
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start"
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine}\n\n| what | measured | target | holds |\n|---|---|---|---|"
    )
    has_failed = False
    with tempfile.TemporaryDirectory() as folder:
        for name in given.scenario or LONG:
            forget_receipts(state)
            for row in (SHORT if given.short else LONG)[name](state, Path(folder)):
                told = {None: "", True: "yes", False: "**no**"}[row.holds]
                print(f"| {row.what} | {row.figure} | {row.target} | {told} |", flush=True)
                has_failed |= row.holds is False
    return 1 if has_failed else 0


if __name__ == "__main__":
    sys.exit(main())
