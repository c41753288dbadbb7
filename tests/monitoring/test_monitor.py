from __future__ import annotations

import json
from pathlib import Path

import pytest

from configs.settings import Settings
from monitoring import monitor as monitor_module
from monitoring.errors import RenderError
from monitoring.monitor import monitor
from tests.monitoring.fakes import AS_OF, FakeRegistry, FakeRepository, calm_leads, shifted_leads


def test_it_writes_the_page_and_the_figures_and_hands_back_findings(settings: Settings, tmp_path: Path) -> None:
    report = monitor(FakeRepository(shifted_leads(2000)), FakeRegistry(), settings, AS_OF, tmp_path / "out")
    assert [finding.rule for finding in report.findings] == [
        "drift.channel_mix",
        "drift.score",
        "drift.feature",
        "drift.feature",
    ]
    assert report.findings[0].subject == "trade_show"
    assert report.findings[0].found_at == AS_OF
    assert (tmp_path / "out" / "drift.html").stat().st_size < 3_000_000
    written = json.loads((tmp_path / "out" / "monitor.json").read_text(encoding="utf-8"))
    assert written == report.to_json()
    assert written["channel_mix"]["biggest_mover"] == "trade_show"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["drift.html", "monitor.json"]


def test_too_few_leads_give_figures_without_a_page(settings: Settings, tmp_path: Path) -> None:
    report = monitor(FakeRepository(calm_leads(80)), FakeRegistry(None), settings, AS_OF, tmp_path)
    assert set(report.files) == {"monitor.json"}
    assert report.findings == []
    assert report.to_json()["windows"]["shortage"]["en"].startswith("Too few leads")
    assert report.in_words().splitlines()[-1] == f"Wrote {tmp_path / 'monitor.json'}."


def test_figures_are_the_same_twice(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitor_module, "render_drift", lambda *_: "<p></p>")
    texts = []
    for _ in range(2):
        monitor(FakeRepository(shifted_leads(1000)), FakeRegistry(), settings, AS_OF, tmp_path)
        texts.append((tmp_path / "monitor.json").read_text(encoding="utf-8"))
    assert texts[0] == texts[1]


def test_a_place_that_cannot_be_written_is_one_sentence(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RenderError, match="must be writable, but is not"):
        monitor(FakeRepository(calm_leads(80)), FakeRegistry(None), settings, AS_OF, tmp_path / "file")
