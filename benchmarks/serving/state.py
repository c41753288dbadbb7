"""The state that is served: a simulated seller, its features, a trained win model, and two thousand open leads."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

AS_OF = "2026-06-30T10:00:00+00:00"
MOMENT = datetime.fromisoformat(AS_OF).astimezone(UTC)
COUNT_LEADS = 2_000
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class State:
    """Where it is, a key of role crm, and the leads that can be asked for."""

    home: str
    key: str
    lead_ids: list[str]


def prepared(home: Path, count_simulated: int = 4_000, trials: int = 1) -> State:
    """The state in `home`, made where there is none yet (some minutes)."""
    done = home / "bench.json"
    if not done.is_file():
        command(home, "init")
        command(home, "simulate", str(home / "bundle"), "--leads", str(count_simulated), "--seed", "5",
                 "--scenario", "calm", "--as-of", AS_OF)  # fmt: skip
        command(home, "import", str(home / "bundle"), "--as-of", AS_OF)
        command(home, "features", "--as-of", AS_OF)
        command(home, "train", "win", "--trials", str(trials), "--as-of", AS_OF)
        key = command(home, "key", "bench", "--role", "crm")["key"]
        done.write_text(json.dumps(asdict(State(str(home), key, _multiplied(home)))), encoding="utf-8")
    return State(**json.loads(done.read_text(encoding="utf-8")))


def forget_receipts(state: State) -> None:
    """Remove the scores of earlier runs: the clock stands still, so all of a lead's receipts would be its newest."""
    with closing(sqlite3.connect(Path(state.home) / "crm.db")) as database, database:
        database.execute("DELETE FROM predictions")


def environment(home: str | Path, **more: str) -> dict[str, str]:
    """Of a process that works on the state."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])  # `mlflow` looks for uvicorn
    return {**os.environ, "FUNNELCAST_HOME": str(home), "PYTHONPATH": str(ROOT), "PATH": path, **more}


def command(home: Path, *arguments: str, **settings: str) -> dict[str, Any]:
    """What a command of ours answers; settings as environment variables without their prefix."""
    line = [sys.executable, "-m", "funnelcast", *arguments, "--json"]
    print("funnelcast", *arguments, file=sys.stderr)
    more = {f"FUNNELCAST_{name}": value for name, value in settings.items()}
    told = subprocess.run(line, env=environment(home, **more), check=True, stdout=subprocess.PIPE, text=True).stdout
    answer: dict[str, Any] = json.loads(told.splitlines()[-1])
    return answer


def _multiplied(home: Path) -> list[str]:
    """Copies of the open leads' vectors under other ids, until there are enough; returns the ids."""
    os.environ["FUNNELCAST_HOME"] = str(home)
    from configs.settings import load_settings  # noqa: PLC0415 (the home must be known first)
    from features.definitions import LEAD_VIEW  # noqa: PLC0415
    from features.repository import FeatureRepository  # noqa: PLC0415
    from features.store import online_store, repo_config  # noqa: PLC0415

    settings = load_settings()
    store, config = online_store(settings), repo_config(settings)
    found = FeatureRepository(settings).current_frame("leads", MOMENT)["entity_id"].tolist()
    vectors = [one for one in store.read_vectors(config, LEAD_VIEW, found) if one]
    ids = [f"B{number:05}" for number in range(COUNT_LEADS)]
    rows = ((key, *_row(vectors[number % len(vectors)])) for number, key in enumerate(ids))
    store.write_vectors(config, LEAD_VIEW, list(vectors[0][1]), rows)
    return ids


def _row(vector: tuple[datetime, dict[str, Any]]) -> tuple[datetime, list[Any]]:
    return vector[0], list(vector[1].values())
