"""The commands `key`, `keys` and `audit`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import text

from configs.settings import load_settings
from crm_core.database import migrate, open_database, write_transaction
from funnelcast.commands import audit, keys
from funnelcast.errors import CommandError

Command = Callable[..., Any]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command with --json and gives its answer."""
    monkeypatch.setenv("FUNNELCAST_HOME", str(tmp_path / "home"))
    migrate(load_settings().database_url)
    app = typer.Typer()
    for room in (keys, audit):
        room.register(app)

    def _command(*arguments: str) -> Any:
        capsys.readouterr()
        app(args=[*arguments, "--json"], standalone_mode=False)
        return json.loads(capsys.readouterr().out)

    return _command


def test_a_key_from_its_making_to_its_end(command: Command) -> None:
    made = command("key", "li", "--role", "rep", "--rep", "r1", "--days", "30")
    assert (made["name"], made["role"]) == ("li", "rep")
    prefix = made["key"].split("_")[1]
    fresh = command("keys", "rotate", prefix, "--overlap-hours", "0")["key"].split("_")[1]
    assert command("keys", "revoke", fresh) == {"revoked": fresh}
    with pytest.raises(CommandError, match="that was not revoked"):
        command("keys", "revoke", fresh)
    listed = command("keys", "list")["keys"]
    assert [(one["prefix"], one["is_live"], one["rep_id"]) for one in listed] == [
        (prefix, False, "r1"),
        (fresh, False, "r1"),
    ]
    assert "secret" not in json.dumps(listed)
    actions = [entry["action"] for entry in command("audit", "show")["entries"]]
    assert actions == ["key.revoke", "key.rotate", "key.create"]


def test_verify_tells_what_to_note_and_finds_what_was_changed(command: Command) -> None:
    for name in ("one", "two"):
        command("key", name)
    seen = command("audit", "verify")["seen"]
    assert command("audit", "verify", "--seen", seen)["is_whole"]
    with pytest.raises(CommandError, match="must be SEQ:HASH"):
        command("audit", "verify", "--seen", "2")
    with write_transaction(open_database(load_settings().database_url)) as connection:
        connection.execute(text("DROP TRIGGER audit_log_no_update"))
        connection.execute(text("UPDATE audit_log SET actor = 'eve' WHERE seq = 1"))
    with pytest.raises(CommandError, match=r"has 1 fault\(s\): Entry 1 must have the hash of what it says"):
        command("audit", "verify")
