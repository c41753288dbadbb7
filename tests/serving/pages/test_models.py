from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crm_core import audit
from scoring.errors import ArtefactError
from serving.pages.desk import Desk
from serving.pages.model_files import ModelFiles
from serving.training_job import TrainingJob
from tests.serving.pages.conftest import Pages, words_of

pytestmark = pytest.mark.slow


JUDGEMENT = {
    "intervals": {"roc_auc": [0.61, 0.83]},
    "findings": {
        "traits": [{"en": "Region: <east>", "zh": "地区：华东", "cases": 66, "won": 21, "rate": 0.318, "low": 0.215,
                    "high": 0.436, "lift": 1.99}],
        "backtest": {"share": 0.2, "leads": 1079, "wins": 172,
                     "orders": {"priority": {"wins": 0.34, "money": 0.54, "wins_interval": [0.27, 0.41],
                                             "money_interval": None},
                                "random": {"wins": 0.2, "money": None}},
                     "against": {"wins": {"order": "amount", "difference": 0.08, "interval": [0.012, 0.151]},
                                 "money": {"order": "random", "difference": 0.03, "interval": [-0.04, 0.1]}}},
        "groups": {"current_stage": [{"group": "contacted", "rows": 900, "rate": 0.112, "probability": 0.116}],
                   "rfm_tier": []},
    },
}  # fmt: skip


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
    desk.training = TrainingJob(desk.settings)
    curve = [{"probability": 0.1, "rate": 0.12, "rows": 50.0}, {"probability": 0.6, "rate": 0.55, "rows": 40.0}]
    desk.model_files._kept["run3"] = {
        "curves": {"reliability": curve},
        "importance": {"importance": {"age_days": 0.7, "gone": 0.3}},
        "judgement": JUDGEMENT,
    }
    return desk


def test_versions_gate_and_reliability_are_shown(pages: Pages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    champion = pages.service.champions.get("win")
    assert champion is not None
    monkeypatch.setitem(champion.artefact.metrics, "roc_auc", 0.742)
    page = prepared(pages, tmp_path).get("/models")
    words = words_of(page)
    for part in ("Version 3 is in use", "Promoted: &lt;b&gt;better", "passed", "Days since creation", "70%", "12.0%"):
        assert part in words, part
    assert page.count("<circle") == 2
    trait, group = "Region: &lt;east&gt; 66 32% 22% – 44% 2.0", "Contacted 11.6% 11.2% 900"
    beside = (
        "Of the wins, the priority list holds more than the best order that needs no model (Amount): +8.0 percentage "
        "points, 95 % interval +1.2 to +15.1",
        "Of the money won, it is not sure that the priority",
    )
    found = ("0.742 0.610–0.830", trait, "first 20% of the list", "34% 27%–41% 54%", "20% –", group, *beside)
    for part in found:
        assert part in words, part
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
    reasons = {"held_back": [{"en": "Scores moved.", "zh": "评分变动。"}], "seen": [{"en": "Age 3.", "zh": "3 天。"}]}
    (reports / "monitor.json").write_text(json.dumps({"retrain": {**told["retrain"], **reasons}}))
    assert "No retrain. What would speak for it: Scores moved. By which" in words_of(pages.get("/models"))
    assert "3 天。" in pages.get("/models", **{"accept-language": "zh"})
    frame = pages.signed_in("admin").get("/models/drift")
    assert "sandbox allow-scripts" in frame.headers["content-security-policy"]
    assert "default-src 'none'" in frame.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in frame.headers["content-security-policy"]
    assert frame.headers["x-frame-options"] == "SAMEORIGIN"
    assert pages.status("/models/drift", "rep") == 403


def test_whether_the_model_can_be_trusted_this_week_stands_first(
    pages: Pages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = prepared(pages, tmp_path)
    desk = pages.service.runtime.pages
    champion = pages.service.champions.get("win")
    assert desk is not None
    assert champion is not None
    monkeypatch.setitem(champion.artefact.metrics, "ece", 0.019)
    monkeypatch.setitem(champion.artefact.metrics, "lift_at_10", 3.37)
    assert words_of(pages.get("/models")).index("Not checked") < words_of(pages.get("/models")).index("Version 3")
    (tmp_path / "reports").mkdir()
    drift = {"rule": "drift", "en": "New leads drifted.", "zh": "新线索发生漂移。"}
    told = {"as_of": desk.now.isoformat(), "live": {"overall": {"scores": 293, "known": 0, "realised": None}},
            "retrain": {"en": "No retrain.", "zh": "无需重训。", "held_back": [drift]}}  # fmt: skip
    (tmp_path / "reports" / "monitor.json").write_text(json.dumps(told))
    words = words_of(pages.get("/models"))
    for part in ("With care", "New leads drifted.", "were 1.9 percentage points off on average", "3.4 times as many",
                 "None of the 293 scores given so far", "put an own number"):  # fmt: skip
        assert part in words, part
    assert "需谨慎" in pages.get("/models", **{"accept-language": "zh"})
    del told["retrain"]
    (tmp_path / "reports" / "monitor.json").write_text(json.dumps(told))
    assert "Yes, as far as can be seen" in words_of(pages.get("/models"))


def test_the_card_of_a_version_runs_without_an_origin(
    pages: Pages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = prepared(pages, tmp_path)
    monkeypatch.setattr(ModelFiles, "card_of", lambda _, run_id, __: {"run3": "<h1>win model</h1>"}.get(run_id))
    assert 'href="/models/card?model=win&amp;version=3"' in pages.get("/models")
    card = pages.signed_in("manager").get("/models/card?model=win&version=3")
    assert card.text == "<h1>win model</h1>"
    assert "sandbox" in card.headers["content-security-policy"]
    asked = ("/models/card?model=win&version=4", "/models/card?model=none&version=3", "/models/card")
    assert [pages.status(one, "manager") for one in asked] == [404, 404, 404]
    assert pages.status("/models/card?model=win&version=3", "rep") == 403


@pytest.mark.parametrize(
    ("kept", "language", "shown"),
    [
        ({"card.html": "card", "card.zh.html": "说明卡"}, "zh", "说明卡"),
        ({"card.html": "card", "card.zh.html": "说明卡"}, "en", "card"),
        ({"card.html": "card"}, "zh", "card"),  # of a version from before there were cards in Chinese
    ],
)
def test_the_card_is_in_the_readers_language_where_there_is_one(
    pages: Pages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: dict[str, str], language: str, shown: str
) -> None:
    pages = prepared(pages, tmp_path)
    monkeypatch.setattr(ModelFiles, "_text", lambda _, __, path, ___: kept.get(path))
    client = pages.signed_in("manager")
    card = client.get("/models/card?model=win&version=3", {"accept-language": language})
    assert (card.status_code, card.text) == (200, shown)


def test_a_broken_file_of_the_monitoring_is_as_none(pages: Pages, tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "monitor.json").write_text("{")
    assert "Nothing has been monitored yet" in words_of(prepared(pages, tmp_path).get("/models"))
    assert pages.status("/models/drift") == 404


SAID = {"gate": "refused", "reason": "Refused: off.", "reason_zh": "未通过：偏差。"}
OLD = {"gate": "passed", "reason": "Promoted: good."}  # judged before Chinese was kept


@dataclass
class TwoVersions:
    """Version 3 is the champion, 2 was it before; promotions are kept."""

    champion: int = 3
    previous: int = 2
    failure: Exception | None = None

    def versions(self, name: str) -> list[dict[str, Any]]:
        alias = {self.champion: "champion", self.previous: "previous"}
        return [
            {"model": name, "version": one, "alias": alias.get(one), "run_id": "", **(SAID if one == 4 else OLD)}
            for one in (4, 3, 2)
        ]

    def promote(self, name: str, version: int) -> None:  # noqa: ARG002
        if self.failure:
            raise self.failure
        self.champion, self.previous = version, self.champion

    def rollback(self, name: str) -> int:  # noqa: ARG002
        self.champion = self.previous
        return self.champion


@pytest.fixture
def changeable(pages: Pages, tmp_path: Path) -> tuple[Pages, TwoVersions]:
    registry = TwoVersions()
    desk = prepared(pages, tmp_path).service.runtime.pages
    assert desk is not None
    desk.registry = registry
    script = "import json; print(json.dumps({'version': 5, 'promoted': True, 'gate': {'reason': 'Promoted.'}}))"
    desk.training = TrainingJob(desk.settings, lambda *_: [sys.executable, "-c", script])
    return pages, registry


def entries(pages: Pages) -> list[tuple[str, str, str]]:
    found = audit.read_entries(pages.engine, 50)
    return [(one.actor, one.action, one.subject) for one in found if one.action.startswith("model.")]


def test_why_a_version_passed_or_not_is_told_in_the_readers_language(changeable: tuple[Pages, TwoVersions]) -> None:
    pages, _ = changeable
    english, chinese = (words_of(pages.get("/models", "analyst", **{"accept-language": one})) for one in ("en", "zh"))
    assert "Refused: off." in english
    assert "未通过：偏差。" in chinese
    assert "Refused: off." not in chinese
    assert "Promoted: good." in chinese


def test_a_version_is_put_into_use_after_a_second_look(changeable: tuple[Pages, TwoVersions]) -> None:
    pages, registry = changeable
    assert 'href="/models/change?action=promote&amp;model=win&amp;version=4"' in pages.get("/models", "analyst")
    page = words_of(pages.get("/models/change?action=promote&model=win&version=4", "analyst"))
    assert "Put into use: Win probability, version 4" in page
    assert "In use now: version 3" in page
    assert registry.champion == 3
    answer = pages.post("/models/change", "analyst", action="promote", model="win", version="4", champion="3")
    assert (answer.status_code, answer.headers["location"], registry.champion) == (303, "/models#model-win", 4)
    assert entries(pages) == [("analyst", "model.promote", "model:win")]
    pages.post("/models/change", "admin", action="rollback", model="win", champion="4")
    assert registry.champion == 3
    assert entries(pages)[0] == ("admin", "model.rollback", "model:win")


def test_what_was_shown_must_still_be_so(changeable: tuple[Pages, TwoVersions]) -> None:
    pages, registry = changeable
    answer = pages.post("/models/change", "admin", action="promote", model="win", version="4", champion="2")
    assert (answer.status_code, registry.champion, entries(pages)) == (409, 3, [])
    assert "Another version has come into use" in answer.text


def test_a_refused_promotion_is_not_said_to_have_been_done(changeable: tuple[Pages, TwoVersions]) -> None:
    pages, registry = changeable
    registry.failure = ArtefactError("The artefact must be sound, but is not.")
    answer = pages.post("/models/change", "admin", action="promote", model="win", version="4", champion="3")
    assert answer.status_code == 500
    assert entries(pages) == []


@pytest.mark.parametrize(
    "fields",
    [{"version": "9"}, {"version": "3"}, {"version": "x"}, {"model": "other"}, {"action": "delete"}, {"version": "-1"}],
)
def test_a_change_that_there_is_none_of_is_refused(
    changeable: tuple[Pages, TwoVersions], fields: dict[str, str]
) -> None:
    pages, registry = changeable
    asked = {"action": "promote", "model": "win", "version": "4", "champion": "3", **fields}
    answer = pages.post("/models/change", "admin", **asked)
    assert answer.status_code in (404, 422)
    assert (registry.champion, entries(pages)) == (3, [])


def test_managers_look_and_change_nothing(changeable: tuple[Pages, TwoVersions]) -> None:
    pages, registry = changeable
    assert "/models/change" not in pages.get("/models", "manager")
    asked = {"action": "promote", "model": "win", "version": "4", "champion": "3"}
    for role in ("manager", "rep"):
        assert pages.post("/models/change", role, **asked).status_code == 403
        assert pages.status("/models/change?action=train&model=win", role) == 403
    client = pages.signed_in("admin")
    assert client.post("/models/change", data=asked).status_code == 400  # without the token of a form of ours
    assert registry.champion == 3


def test_a_training_is_asked_for_and_its_end_is_shown(changeable: tuple[Pages, TwoVersions]) -> None:
    pages, _ = changeable
    answer = pages.post("/models/change", "analyst", action="train", model="win", version="0", champion="3")
    assert answer.status_code == 303
    desk = pages.service.runtime.pages
    assert desk is not None
    desk.training._processes[-1].wait()
    words = words_of(pages.get("/models", "manager"))
    assert "asked for by analyst" in words
    assert "Version 5 is made and in use now. Promoted." in words
    assert entries(pages) == [("analyst", "model.train", "model:win")]


def test_while_one_runs_no_other_is_started_and_the_page_looks_again(changeable: tuple[Pages, TwoVersions]) -> None:
    pages, _ = changeable
    desk = pages.service.runtime.pages
    assert desk is not None
    desk.training = TrainingJob(desk.settings, lambda *_: [sys.executable, "-c", "import time; time.sleep(20)"])
    asked = {"action": "train", "model": "win", "version": "0", "champion": "3"}
    assert pages.post("/models/change", "admin", **asked).status_code == 303
    page = pages.get("/models", "admin")
    assert 'http-equiv="refresh"' in page
    assert "Reading and checking the rows" in words_of(page)
    assert "action=train" not in page
    answer = pages.post("/models/change", "admin", **asked)
    assert answer.status_code == 409
    assert "A training is running" in answer.text
    assert len(entries(pages)) == 1
    desk.training._processes[0].kill()
    desk.training._processes[0].wait()
