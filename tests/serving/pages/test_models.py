from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from serving.pages.desk import Desk
from serving.pages.model_files import ModelFiles
from tests.serving.pages.conftest import Pages, words_of

pytestmark = pytest.mark.slow


@dataclass
class Registry:
    """One version of the win model, promoted; its files are given."""

    def versions(self, name: str) -> list[dict[str, Any]]:
        if name != "win":
            return []
        return [
            {"model": "win", "version": 3, "alias": "champion", "trained_as_of": "2026-05-01T00:00:00Z",
             "gate": "passed", "reason": "Promoted: <b>better</b>.", "run_id": "run3"},
        ]  # fmt: skip


def prepared(pages: Pages, home: Path) -> Pages:
    assert pages.service.runtime.pages is not None
    prepared_desk(pages.service.runtime.pages, home)
    return pages


def prepared_desk(desk: Desk, home: Path) -> Desk:
    """With a registry, and with the files of the training that made its version."""
    desk.settings = desk.settings.model_copy(update={"home": home})
    desk.registry = Registry()
    desk.model_files = ModelFiles(desk.settings)
    curve = [{"probability": 0.1, "rate": 0.12, "rows": 50.0}, {"probability": 0.6, "rate": 0.55, "rows": 40.0}]
    desk.model_files._kept["run3"] = {
        "curves": {"reliability": curve},
        "importance": {"importance": {"age_days": 0.7, "gone": 0.3}},
    }
    return desk


def test_versions_gate_and_reliability_are_shown(pages: Pages, tmp_path: Path) -> None:
    page = prepared(pages, tmp_path).get("/models")
    words = words_of(page)
    for part in ("Version 3 is in use", "Promoted: &lt;b&gt;better", "passed", "Days since creation", "70%", "12.0%"):
        assert part in words, part
    assert page.count("<circle") == 2
    assert "Nothing has been monitored yet" in words
    assert "No drift report has been written yet" in words


def test_the_drift_report_runs_in_a_frame_that_reaches_nothing(pages: Pages, tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    reports.mkdir()
    (reports / "drift.html").write_text("<script>steal()</script>")
    told = {"retrain": {"en": "No retrain.", "zh": "无需重训。"}, "live_sentences": [{"en": "Live.", "zh": "现况。"}]}
    (reports / "monitor.json").write_text(json.dumps(told))
    pages = prepared(pages, tmp_path)
    assert 'sandbox="allow-scripts"' in pages.get("/models")
    assert "No retrain." in words_of(pages.get("/models"))
    frame = pages.signed_in("admin").get("/models/drift")
    assert "sandbox allow-scripts" in frame.headers["content-security-policy"]
    assert "default-src 'none'" in frame.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in frame.headers["content-security-policy"]
    assert frame.headers["x-frame-options"] == "SAMEORIGIN"
    assert pages.status("/models/drift", "rep") == 403


def test_a_broken_file_of_the_monitoring_is_as_none(pages: Pages, tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "monitor.json").write_text("{")
    assert "Nothing has been monitored yet" in words_of(prepared(pages, tmp_path).get("/models"))
    assert pages.status("/models/drift") == 404
