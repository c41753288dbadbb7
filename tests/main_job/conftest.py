from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from funnelcast.free_port import free_port
from serving.run import wait_until_ready
from tests.commands import CommandLine, command_line

LEADS = 3000
AS_OF = "2026-06-30T18:00:00+08:00"


@pytest.fixture(scope="session")
def reports() -> dict[str, Any]:
    """What the commands of `trained` answered."""
    return {}


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, reports: dict[str, Any]) -> CommandLine:
    """A state with a simulated seller, features and three champions, made by the commands a user types."""
    home = tmp_path_factory.mktemp("main_job")
    line = command_line(home)
    world = ("--leads", str(LEADS), "--seed", "3", "--scenario", "trade_show", "--as-of", AS_OF)
    line.outside("simulate", home / "bundle", *world)
    reports["import"] = line.outside("import", home / "bundle", "--as-of", AS_OF)
    reports["features"] = line.outside("features", "--as-of", AS_OF)
    for model, call in (("win", line.outside), ("churn", line), ("rfm", line)):  # one from outside shows that it works
        reports[model] = call("train", model, "--trials", "2", "--seed", "3", "--as-of", AS_OF)
    return line


@pytest.fixture(scope="module")
def client(trained: CommandLine) -> Iterator[httpx.Client]:
    """An HTTP client with a key, and the service behind it, both standing at AS_OF."""
    key = json.loads(trained.run("key", "test", "--json").stdout.splitlines()[-1])["key"]
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "funnelcast", "serve", "--port", str(port), "--as-of", AS_OF],
        env={**os.environ, "FUNNELCAST_HOME": str(trained.home)},
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(url, timeout=90)
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as opened:
            yield opened
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="session")
def scores_of(trained: CommandLine, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The file that `score` wrote for leads or customers."""

    @cache
    def file_of(entity: str) -> Path:
        file = tmp_path_factory.mktemp("scores") / f"{entity}.parquet"
        call = trained.outside if entity == "leads" else trained
        call("score", entity, "--out", file, "--as-of", AS_OF)
        return file

    return file_of
