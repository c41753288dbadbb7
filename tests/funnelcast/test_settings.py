"""Editing settings by the command line, and that the other commands go by it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from funnelcast.cli import run

KEY = "funnel.alarms.stock_growth"


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Runs a command on a new state; its exit code and what it said."""
    monkeypatch.setenv("FUNNELCAST_HOME", str(tmp_path))
    assert run(["init"]) == 0

    def call(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        code = run(list(arguments))
        told = capsys.readouterr()
        return code, told.out + told.err

    return call


def test_an_edit_is_shown_told_and_undone(command: Callable[..., tuple[int, str]]) -> None:
    assert command("settings", "set", KEY, "0.6", "--by", "li.na", "--note", "fair") == (
        0,
        f"{KEY}: 0.5 -> 0.6 (version 1).\n",
    )
    shown = json.loads(command("settings", "show", KEY, "--json")[1])["settings"]
    assert shown == [{"key": KEY, "value": 0.6, "edited": True}]
    _, told = command("settings", "history")
    assert "li.na" in told
    assert "fair" in told
    assert command("settings", "undo", "1")[0] == 0
    assert json.loads(command("settings", "show", KEY, "--json")[1])["settings"][0]["value"] == 0.5
    assert "undoes 1" in command("settings", "history", "funnel")[1]


def test_what_breaks_a_rule_is_one_sentence(command: Callable[..., tuple[int, str]]) -> None:
    code, told = command("settings", "set", KEY, "0")
    assert code == 1
    assert "greater than 0, but got 0" in told
    assert command("settings", "set", "stores.online_store", "redis")[0] == 1
    assert command("settings", "undo", "9")[0] == 1
    assert "Nothing was edited yet." in command("settings", "history")[1]


def test_the_file_is_restored_from_the_database(command: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    command("settings", "set", "scoring.max_reasons", "4")
    (tmp_path / "settings.yaml").unlink()
    assert command("settings", "restore")[1].startswith("Wrote")
    assert "is as the database has it" in command("settings", "restore")[1]
    assert json.loads(command("settings", "show", "scoring.max_reasons", "--json")[1])["settings"][0]["value"] == 4
