"""Commands in the process of the test, on a simulated state."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from configs.progress import SILENT
from funnelcast.cli import run
from funnelcast.simulator import simulate

MOMENT = "2026-06-30T02:00:00+00:00"


def trade_show_home(folder: Path, leads: int, seed: int) -> Path:
    """A state that holds the simulated trade-show world as of MOMENT."""
    simulate(folder / "bundle", leads, seed, "trade_show", datetime.fromisoformat(MOMENT), SILENT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FUNNELCAST_HOME", str(folder / "home"))
        assert run(["init"]) == 0
        assert run(["import", str(folder / "bundle"), "--as-of", MOMENT]) == 0
    return folder / "home"


def commands_on(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Runs a command as of MOMENT and gives its standard output."""
    monkeypatch.setenv("FUNNELCAST_HOME", str(home))
    capsys.readouterr()

    def call(*arguments: str) -> str:
        assert run([*arguments, "--as-of", MOMENT]) == 0
        return capsys.readouterr().out

    return call


def answer(text: str) -> dict[str, Any]:
    """The machine-readable last line."""
    result: dict[str, Any] = json.loads(text.splitlines()[-1])
    return result
