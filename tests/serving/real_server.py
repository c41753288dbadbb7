"""A real server process on real stores, for the tests that ask it over HTTP."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil
import pytest

from configs.settings import Settings, load_settings
from features.repository import FeatureRepository
from funnelcast.free_port import free_port
from scoring.registry import Registry
from serving.run import wait_until_ready
from tests.commands import CommandLine, command_line
from tests.serving import fakes

AS_OF = "2026-06-30T10:00:00+00:00"
MOMENT = datetime.fromisoformat(AS_OF).astimezone(UTC)


@dataclass
class State:
    """Stores with leads, features and hand-made champions, and two keys."""

    line: CommandLine
    settings: Settings
    crm_key: str
    rep_key: str
    lead_ids: list[str]
    customer_ids: list[str]


@dataclass
class Server:
    """A running server process."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def client(self, key: str | None) -> httpx.Client:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=60)


def made_state(home: Path) -> State:
    """The state, made by the commands."""
    line = command_line(home)
    line("simulate", home / "bundle", "--leads", "600", "--seed", "5", "--scenario", "calm", "--as-of", AS_OF)
    line("import", home / "bundle", "--as-of", AS_OF)
    line("features", "--as-of", AS_OF)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FUNNELCAST_HOME", str(home))
        settings = load_settings()
    for name in ("win", "churn", "rfm"):
        promote(settings, name, home / "hand-made" / name)
    repository = FeatureRepository(settings)
    frames = [repository.current_frame(entity, MOMENT) for entity in ("leads", "customers")]
    ids = [frame["entity_id"].tolist() for frame in frames]
    keys = [line("key", role, "--role", role)["key"] for role in ("crm", "rep")]
    return State(line, settings, keys[0], keys[1], ids[0], ids[1])


def promote(settings: Settings, name: str, folder: Path, offset: float = 0.0) -> int:
    fakes.artefact(name, offset).save(folder)
    registry = Registry(settings)
    version = registry.register(name, folder)
    registry.promote(name, version)
    return version


def start(state: State, folder: Path, python_path: Path | None = None) -> Server:
    """A server started from a folder whose modules bear our packages' names, and must not be taken for them."""
    for package in ("serving", "configs"):
        (folder / package).mkdir(parents=True)
        (folder / package / "__init__.py").write_text("raise RuntimeError('taken from the working directory')")
    port, log = free_port(), folder / "serve.log"
    root = os.pathsep.join([*([str(python_path)] if python_path else []), str(Path(__file__).parents[2])])
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "funnelcast", "serve", "--port", str(port), "--as-of", AS_OF],
            env={**os.environ, "FUNNELCAST_HOME": str(state.line.home), "PYTHONPATH": root},
            cwd=folder,
            stdout=sink,
            stderr=sink,
        )
    server = Server(f"http://127.0.0.1:{port}", process, log)
    try:
        wait_until_ready(server.url, timeout=120)
    except BaseException:
        for child in psutil.Process(process.pid).children(recursive=True):
            child.kill()  # a worker outlives a parent that is killed
        process.kill()
        process.wait()
        print(log.read_text())
        raise
    return server
