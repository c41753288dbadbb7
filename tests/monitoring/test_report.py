from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from configs.settings import Settings
from monitoring.report import write_report
from tests.monitoring.fakes import AS_OF, FakeRegistry, FakeRepository, calm_leads, shifted_leads

HOSTILE = '"><script>alert(1)</script>{{ 7 * 7 }}'
REASON = {"feature": "x", "value": 1.0, "contribution": 0.4, "en": f"Reason {HOSTILE}", "zh": "原因"}


def scores(rows: int = 12) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "lead_id": [f"L{index}{HOSTILE}" for index in range(rows)],
            "win_probability": [0.9 - index / 100 for index in range(rows)],
            "grade": "A",
            "expected_value": [None if index == 1 else 1000.0 * (rows - index) for index in range(rows)],
            "priority": list(range(rows, 0, -1)),
            "credit_hold": [index == 2 for index in range(rows)],
            "reasons": [[REASON] if index % 2 else json.dumps([REASON], ensure_ascii=False) for index in range(rows)],
        }
    )


@pytest.fixture(scope="module")
def page_and_figures(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict]:
    frame = shifted_leads(2000)
    frame["channel_id"] = frame["channel_id"].replace("trade_show", HOSTILE)
    out = tmp_path_factory.mktemp("report")
    files = write_report(FakeRepository(frame), FakeRegistry(), settings, AS_OF, out, scores=scores())
    return files.html.read_text(encoding="utf-8"), json.loads(files.json.read_text(encoding="utf-8"))


def test_hostile_names_are_escaped(page_and_figures: tuple[str, dict]) -> None:
    page, figures = page_and_figures
    assert figures["channel_mix"]["biggest_mover"] == HOSTILE
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "{{ 7 * 7 }}" in page
    assert page.count("<script>") == page.count("</script>") == 1


def test_nothing_is_loaded_from_outside(page_and_figures: tuple[str, dict]) -> None:
    page, _ = page_and_figures
    assert not re.search(r"https?://", page)
    assert not re.search(r"\b(src|href)\s*=\s*\"(?!data:)", page)
    assert not re.search(r"url\(|@import", page)
    assert "default-src 'none'" in page
    assert len(page.encode()) < 100_000


def test_every_text_stands_in_both_languages(page_and_figures: tuple[str, dict]) -> None:
    page, _ = page_and_figures
    assert page.count('class="en"') == page.count('class="zh"')
    assert "What to do next" in page
    assert "下一步" in page


def test_the_figures_hold_what_the_page_says(page_and_figures: tuple[str, dict]) -> None:
    page, figures = page_and_figures
    assert [line["is_alarm"] for line in figures["headlines"]] == [True, True, True]
    assert figures["model"]["version"] == 3
    auc = figures["model"]["rows"][0]
    assert (auc["metric"], auc["model"], auc["baselines"]) == ("roc_auc", 0.74, [0.5, 0.7])
    assert "0.740" in page
    assert len(figures["priority"]) == 10
    assert figures["priority"][0]["lead_id"].startswith("L11")
    assert figures["priority"][0]["reasons"][0]["zh"] == "原因"
    assert "¥1,000" in page
    assert figures["open_leads"] == 12
    assert any("Retrain" in step["en"] for step in figures["next_steps"])


def test_without_model_scores_or_enough_leads_it_says_so(settings: Settings, tmp_path: Path) -> None:
    files = write_report(FakeRepository(calm_leads(80)), FakeRegistry(None), settings, AS_OF, tmp_path)
    page = files.html.read_text(encoding="utf-8")
    assert "There is no win model in use" in page
    assert "Too few leads to judge drift" in page
    assert "No open lead was scored" in page
    assert files.figures["priority"] == []


def test_a_model_without_baselines_still_has_its_line(settings: Settings, tmp_path: Path) -> None:
    registry = FakeRegistry()
    assert registry.model is not None
    registry.model.provenance.clear()
    files = write_report(FakeRepository(calm_leads(80)), registry, settings, AS_OF, tmp_path)
    assert files.figures["model"]["baselines"] == []


def test_no_leads_at_all_still_give_a_report(settings: Settings, tmp_path: Path) -> None:
    files = write_report(FakeRepository(calm_leads(80).head(0)), FakeRegistry(None), settings, AS_OF, tmp_path)
    assert "There is no channel mix to compare" in files.html.read_text(encoding="utf-8")


def test_calm_leads_leave_nothing_to_do(settings: Settings, tmp_path: Path) -> None:
    files = write_report(FakeRepository(calm_leads(2000)), FakeRegistry(), settings, AS_OF, tmp_path)
    assert [step["en"] for step in files.figures["next_steps"]] == [
        "Nothing needs a change. Work the priority list from the top."
    ]


def test_the_same_leads_give_the_same_report(settings: Settings, tmp_path: Path) -> None:
    pages = [
        write_report(
            FakeRepository(calm_leads(400)), FakeRegistry(), settings, AS_OF, tmp_path, scores=scores()
        ).html.read_bytes()
        for _ in range(2)
    ]
    assert pages[0] == pages[1]


def test_the_summary_for_the_command_line(settings: Settings, tmp_path: Path) -> None:
    files = write_report(FakeRepository(calm_leads(400)), FakeRegistry(), settings, AS_OF, tmp_path)
    assert files.to_json()["files"]["report.html"] == str(tmp_path / "report.html")
