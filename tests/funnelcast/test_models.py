"""Commands about the models' versions, on hand-made artefacts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from configs.settings import load_settings
from funnelcast.cli import run
from scoring.registry import Registry
from tests.scoring.made import artefact

pytestmark = pytest.mark.slow


def test_a_change_of_the_champion_is_kept_in_the_audit_log_and_a_refused_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FUNNELCAST_HOME", str(tmp_path / "home"))
    assert run(["init"]) == 0
    artefact().save(tmp_path / "artefact")
    registry = Registry(load_settings())
    versions = [registry.register("win", tmp_path / "artefact") for _ in range(2)]
    for version in versions:
        assert run(["promote", "win", str(version)]) == 0
    assert run(["promote", "win", "99"]) == 1
    assert run(["rollback", "win"]) == 0
    capsys.readouterr()
    assert run(["audit", "show", "--subject", "model:win", "--json"]) == 0
    entries: list[dict[str, Any]] = json.loads(capsys.readouterr().out.splitlines()[-1])["entries"]
    told = sorted((entry["action"], entry["details"]["version"]) for entry in entries)
    assert told == [("model.promote", 1), ("model.promote", 2), ("model.rollback", 1)]
