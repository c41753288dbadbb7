"""Diagnosis, channels and incidents by the command line, on the trade-show simulation of mission W2."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from funnelcast.cli import run
from tests.funnelcast.in_process import MOMENT, answer, commands_on, trade_show_home

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trade_show_home(tmp_path_factory.mktemp("diagnose"), 12_000, 3)


@pytest.fixture
def command(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    return commands_on(home, monkeypatch, capsys)


def test_the_trade_show_is_named_with_channel_size_words_and_price_gap(command: Any) -> None:
    told = answer(command("diagnose", "--json"))
    assert {"stage_stock"} <= {alarm["rule"] for alarm in told["alarms"]}
    first, second = told["findings"][:2]
    assert (first["cause"], first["stage"]) == ("channel_mix_shift", "technical_exchange")
    assert first["segment"] == {"channel": "trade_show", "size_band": "<50"}
    assert second["cause"] == "segment_misfit_price"
    evidence = first["evidence"]
    [moved] = [m for m in evidence["who_came_in"] if (m["dimension"], m["label"]) == ("channel", "trade_show")]
    assert (moved["share_before"], moved["share_now"]) == pytest.approx((0.12, 0.39), abs=0.025)
    [small] = [one for one in evidence["who_is_stuck"] if one["segment"] == {"size_band": "<50"}]
    assert small["share_stuck"] == pytest.approx(0.76, abs=0.06)
    assert {"预算有限", "分期付款"} <= {word["word"] for word in evidence["what_they_say"]["key_words"]}
    assert evidence["can_they_pay"]["median_gap"] > 0
    assert all(action["en"] and action["zh"] for action in first["actions"])


def test_the_story_is_told_in_both_languages_and_recorded(command: Any, home: Path) -> None:
    from crm_core.database import open_database  # noqa: PLC0415
    from crm_core.findings import read_findings  # noqa: PLC0415

    story = command("diagnose")
    assert "the channel mix changed" in story
    assert "渠道结构变化" in story
    rules = {finding.rule for finding in read_findings(open_database(f"sqlite:///{home / 'crm.db'}"))}
    assert {"funnel.stage_stock", "diagnosis.channel_mix_shift"} <= rules


def test_an_alarm_is_an_incident_that_is_acknowledged_and_resolved(command: Any) -> None:
    command("diagnose")
    one = "stage_stock:technical_exchange"
    assert answer(command("incidents", "list", "--json"))["incidents"][0]["incident"] == one
    command("incidents", "acknowledge", one, "--by", "li")
    assert answer(command("incidents", "list", "--json"))["incidents"][0]["status"] == "acknowledged"
    command("incidents", "resolve", one, "--by", "li")
    assert answer(command("incidents", "list", "--json"))["incidents"][0]["status"] == "resolved"


def test_the_channel_matrix_has_a_verdict_for_each(command: Any) -> None:
    rows = answer(command("channels", "--json"))["channels"]
    assert {row["verdict"] for row in rows} <= {"cut", "keep", "grow"}
    assert {"referral", "trade_show"} <= {row["channel"] for row in rows}
    assert "大投入" in command("channels")


def test_an_unknown_stage_is_refused_in_a_sentence(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FUNNELCAST_HOME", str(home))
    assert run(["diagnose", "--stage", "nowhere", "--as-of", MOMENT]) == 1
    assert "must be one of captured" in capsys.readouterr().err
