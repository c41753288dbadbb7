"""The commands on the funnel, on a small simulated world in a process of this one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from funnelcast.cli import run
from tests.funnelcast.in_process import MOMENT, answer, commands_on, trade_show_home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trade_show_home(tmp_path_factory.mktemp("funnel"), 2500, 5)


@pytest.fixture
def command(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    return commands_on(home, monkeypatch, capsys)


def test_the_funnel_by_a_dimension_adds_up(command: Any) -> None:
    whole = answer(command("funnel", "--json"))["figures"]
    parts = answer(command("funnel", "--by", "channel", "--json"))
    assert (parts["by"], parts["days"], parts["as_of"]) == ("channel", 30, MOMENT)
    assert sum(row["stock"] for row in parts["figures"]) == sum(row["stock"] for row in whole) == 2500
    assert {row["group"] for row in parts["figures"]} >= {"website", "trade_show"}


def test_tables_are_for_people(command: Any) -> None:
    lines = command("funnel", "--by", "size_band").splitlines()
    assert lines[0].split()[:3] == ["stage", "size_band", "stock"]
    assert any(line.startswith("技术交流 technical_exchange") for line in lines)
    assert "median_days_to" in command("funnel", "--cohort", "--days", "90").splitlines()[0]


def test_milestones_by_team_have_counts(command: Any) -> None:
    rows = answer(command("milestones", "--by", "team", "--json"))["milestones"]
    assert {row["milestone"] for row in rows} == {"first_response", "needs_analysis"}
    assert all(0 <= row["met"] <= row["due"] for row in rows)
    assert "needs_analysis" in command("milestones")


def test_the_planted_pile_is_told_and_recorded(command: Any, home: Path) -> None:
    told = answer(command("alarms", "--json"))["alarms"]
    assert [(alarm["rule"], alarm["stage"]) for alarm in told] == [("stage_stock", "technical_exchange")]
    assert told[0]["change"] == pytest.approx(0.82, abs=0.05)
    assert "技术交流" in command("alarms")
    from crm_core.database import open_database  # noqa: PLC0415
    from crm_core.findings import read_findings  # noqa: PLC0415

    [finding] = read_findings(open_database(f"sqlite:///{home / 'crm.db'}"))
    assert (finding.rule, finding.subject) == ("funnel.stage_stock", "technical_exchange")


def test_moves_in_order_give_no_breach(command: Any) -> None:
    assert answer(command("breaches", "--json"))["breaches"] == []
    assert "was in order" in command("breaches")


def test_the_playbook_says_what_to_say_and_how_whole_the_records_are(command: Any) -> None:
    table = answer(command("playbook", "--json"))
    assert {row["stage"] for row in table["completeness"]} <= set(table["playbook"])
    assert all(0 <= row["completeness"] <= 1 for row in table["completeness"])
    words = command("playbook", "--stage", "needs_analysis", "--by", "rep")
    assert "话术：" in words
    assert "most_missing" in words


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["funnel", "--by", "colour"], "A dimension must be one of channel"),
        (["playbook", "--by", "colour"], "--by must be stage, rep or team, but got 'colour'"),
        (["playbook", "--stage", "nowhere"], "--stage must be one of captured"),
    ],
)
def test_what_there_is_none_of_is_refused_in_a_sentence(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    monkeypatch.setenv("FUNNELCAST_HOME", str(home))
    assert run(arguments) == 1
    assert sentence in capsys.readouterr().err
