"""Champions that change while the service answers, some of them bad."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
import time
import urllib.request
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.serving.server import Server
from benchmarks.serving.state import State
from configs.settings import load_settings
from scoring.artefact import Artefact
from scoring.registry import ARTEFACT_PATH, CHAMPION, Registry

BAD = ("corrupt", "wrong hash", "wrong columns", "failing smoke row", "missing")


@dataclass(frozen=True)
class Change:
    """A version that was named champion; fault: what is wrong with it."""

    version: int
    fault: str | None


def make(state: State, folder: Path, count: int, pause: float, bad: list[str]) -> list[Change]:
    """Name so many new champions, `pause` seconds apart; in the end the first one again, for whoever measures next."""
    settings = load_settings().model_copy(update={"home": Path(state.home)})
    registry = Registry(settings)
    sound, first_version = registry.load_champion("win")
    did = []
    for number in range(count):
        fault = bad.pop() if bad and number % 4 == 3 else None
        made = folder / f"change-{number}"
        artefact = replace(sound, calibrator=sound.calibrator.with_offset(0.01 * number))
        artefact = replace(artefact, smoke={})
        if fault == "wrong columns":
            first = replace(artefact.features[0], name="no_such_column")
            artefact = replace(artefact, features=(first, *artefact.features[1:]))
        if fault == "failing smoke row":
            smoke = {"rows": [[0.0] * len(sound.features)], "predictions": [2.0]}
            artefact = replace(artefact, smoke=smoke)
        did.append(Change(_name_champion(registry, artefact, made, fault), fault))
        time.sleep(pause)
    registry._client.set_registered_model_alias("win", CHAMPION, str(first_version))
    return did


def _name_champion(registry: Registry, artefact: Artefact, folder: Path, fault: str | None) -> int:
    """Register and name it. A bad one is spoilt behind the registry's back, which refuses it at the door."""
    shutil.rmtree(folder, ignore_errors=True)
    entry = replace(artefact, smoke={}) if fault == "failing smoke row" else artefact
    entry.save(folder)
    version = registry.register("win", folder)
    client = registry._client
    run_id = client.get_model_version("win", str(version)).run_id
    stored = Path(client.get_run(run_id).info.artifact_uri.removeprefix("file:")) / ARTEFACT_PATH
    if fault == "failing smoke row":
        artefact.save(stored)
    elif fault == "missing":
        shutil.rmtree(stored)
    elif fault in ("corrupt", "wrong hash"):
        _spoil(stored, fault)
    client.set_registered_model_alias("win", CHAMPION, str(version))
    return version


def _spoil(stored: Path, fault: str) -> None:
    model, manifest = stored / "model.ubj", stored / "manifest.json"
    if fault == "corrupt":
        content = bytearray(model.read_bytes())
        content[len(content) // 2] ^= 1
        model.write_bytes(bytes(content))
        return
    told = json.loads(manifest.read_text(encoding="utf-8"))
    told["files"]["model.json"] = "0" * 64
    manifest.write_text(json.dumps(told), encoding="utf-8")


def watch(server: Server, state: State, seen: set[int], stop: threading.Event) -> None:
    """Which versions answer, asked once in a while until stopped."""
    body = json.dumps({"lead_ids": state.lead_ids[:1], "reasons": False}).encode()
    headers = {"authorization": f"Bearer {state.key}", "content-type": "application/json"}
    while not stop.wait(0.25):
        request = urllib.request.Request(f"http://127.0.0.1:{server.port}/v1/leads/score", body, headers)
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            seen.add(int(json.loads(answer.read())["model"]["version"]))


def findings(state: State) -> int:
    """Of how many refused versions the CRM database tells; each worker tells once of each."""
    with sqlite3.connect(Path(state.home) / "crm.db") as connection:
        (count,) = connection.execute(
            "SELECT count(DISTINCT subject) FROM findings WHERE rule = 'model_refused'"
        ).fetchone()
    return int(count)
