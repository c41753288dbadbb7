"""The review pack and what is decided about it, by the command line, on the trade-show simulation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from funnelcast.cli import run
from tests.funnelcast.in_process import MOMENT, answer, commands_on, trade_show_home

pytestmark = pytest.mark.slow
A_MONTH_LATER = "2026-07-30T02:00:00+00:00"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trade_show_home(tmp_path_factory.mktemp("review"), 3_000, 3)


@pytest.fixture
def command(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    return commands_on(home, monkeypatch, capsys)


def test_a_pack_is_written_decided_and_followed_up_a_month_later(
    command: Any, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command("diagnose")  # what it names is proposed
    june = answer(command("report", "--period", "2026-06", "--json"))["review"]
    assert june["pdf_refused"] is None
    assert all(Path(file).read_bytes().startswith(b"%PDF-") for file in june["pdf"].values())
    assert set(june["pdf"]) == {"en", "zh"}
    proposals = answer(command("review", "list", "--period", "2026-06", "--json"))["proposals"]
    assert len(proposals) == june["proposals"] > 0
    first = proposals[0]["proposal"]
    assert "采纳" in command("review", "decide", first, "accepted", "--by", "li.na")
    assert "accepted" in command("review", "list", "--period", "2026-06")
    assert run(["report", "--json", "--as-of", A_MONTH_LATER]) == 0
    july = answer(capsys.readouterr().out)["review"]
    assert july["period"] == "2026-07"
    page = (home / "reports" / "review-2026-07.html").read_text("utf-8")
    assert "li.na" in page
    assert "What became of the proposals of 2026-06" in page


def test_a_month_to_come_is_refused_in_a_sentence(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FUNNELCAST_HOME", str(home))
    assert run(["report", "--period", "2027-01", "--as-of", MOMENT]) == 1
    assert "must have begun" in capsys.readouterr().err
