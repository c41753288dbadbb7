from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitoring.channel_quality import channel_quality
from serving.pages.channels import measured_rows, read_verdicts
from tests.monitoring.diagnosis.made import SETTINGS
from tests.monitoring.test_channel_quality import world
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


def test_the_matrix_of_the_monitoring_is_shown_to_those_who_see_all(pages: Pages) -> None:
    desk = pages.service.runtime.pages
    assert desk is not None
    rows = [row.to_json() for row in channel_quality(world().facts(), SETTINGS)]
    file = desk.settings.paths.reports / "channels.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"channels": rows}, default=float), encoding="utf-8")
    whole, team = words_of(pages.get("/channels")), words_of(pages.get("/channels", "manager"))
    assert "Grow Good:" in whole
    assert "转介绍" not in whole
    assert "Growth or strategic" in whole
    assert "Growth or strategic" not in team
    assert "成长级或战略级" in words_of(pages.get("/channels", **{"accept-language": "zh"}))


def test_a_matrix_of_an_older_form_is_left_out() -> None:
    assert measured_rows([{"channel": "fair", "verdict": "cut", "text": {}}]) == []
