from __future__ import annotations

import json
from pathlib import Path

import pytest

from serving.pages.channels import read_verdicts
from tests.serving.pages.conftest import Pages, words_of

pytestmark = pytest.mark.slow


def test_channels_are_named_and_a_team_is_shown_no_spend(pages: Pages) -> None:
    whole, team = words_of(pages.get("/channels")), words_of(pages.get("/channels", "manager"))
    assert "Web site" in whole
    assert "Trade fair" in whole
    assert "Cost per win" in whole
    assert "Cost per win" not in team
    assert pages.status("/channels", "rep") == 403


@pytest.mark.parametrize("content", ["", "{", "[]", '{"channels": 3}', '{"channels": [{"channel": "x"}]}'])
def test_a_file_of_another_form_gives_no_verdict(tmp_path: Path, content: str) -> None:
    file = tmp_path / "channels.json"
    file.write_text(content)
    assert read_verdicts(file) == []
    assert read_verdicts(tmp_path / "nothing.json") == []


def test_a_verdict_is_read(tmp_path: Path) -> None:
    row = {"channel": "fair", "verdict": "cut", "text": {"en": "Cut it.", "zh": "削减。"}}
    file = tmp_path / "channels.json"
    file.write_text(json.dumps({"channels": [row]}), encoding="utf-8")
    assert read_verdicts(file) == [row]
