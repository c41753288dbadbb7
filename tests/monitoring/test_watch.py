from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from configs.settings import Settings
from crm_core.receipts import GivenScore
from monitoring import monitor as monitor_module
from monitoring.monitor import MonitorReport, monitor
from monitoring.watch import CrmFacts
from tests.crm_core.funnel.made import AS_OF, SETTINGS, day
from tests.monitoring.fakes import FakeModel, FakeRegistry
from tests.monitoring.test_mix_effects import shifted_world

SPEEDY = SETTINGS.monitoring.model_copy(
    update={
        "mix": SETTINGS.monitoring.mix.model_copy(update={"samples": 40, "dimensions": ["channel"]}),
        "live": SETTINGS.monitoring.live.model_copy(update={"samples": 40}),
    }
)


def watched(folder: Path, model: FakeModel | None, monkeypatch: pytest.MonkeyPatch) -> MonitorReport:
    monkeypatch.setattr(monitor_module, "render_drift", lambda *_: "<p></p>")
    settings: Settings = SETTINGS.model_copy(update={"home": folder / "home", "monitoring": SPEEDY})
    facts, repository = shifted_world()
    receipts = [GivenScore(lead, day(100), "3", 0.3) for lead in facts.leads["lead_id"]]
    crm = CrmFacts(facts, receipts, pd.Series(dtype=float), model and model.trained_as_of)
    return monitor(repository, FakeRegistry(model), settings, AS_OF, folder, crm=crm)


def test_the_shift_its_effect_and_the_proposal_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = watched(tmp_path, FakeModel(trained_as_of=day(60), horizon_days=20), monkeypatch)
    assert report.findings[0].rule == "drift.channel_mix"
    assert report.findings[-1].rule == "retrain.proposal"
    assert "Moved on from Captured" in report.findings[0].en
    assert "线索获取阶段的推进率" in report.findings[0].zh
    written = json.loads((tmp_path / "monitor.json").read_text(encoding="utf-8"))
    assert {"mix_effect", "live", "familiarity", "retrain"} <= set(written)
    assert written["retrain"]["is_proposed"] is True
    assert written["live"]["overall"]["why_not"] == "few_wins"
    assert written["mix_sentences"][0]["en"].startswith("Moved on from Captured")
    assert "Retrain the win model" in report.in_words()


def test_without_a_model_there_is_no_proposal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = watched(tmp_path, None, monkeypatch)
    assert report.proposal is None
    assert report.watch is not None
    assert report.watch.familiarity is None
    assert report.to_json()["mix_effect"]["score"] == {}
