from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from configs.settings import Settings
from scoring.calibration import logit, sigmoid
from scoring.grades import grades_of
from scoring.mlflow_home import mlflow_client
from scoring.registry import Registry
from tests.training.generated import AS_OF, FakeRepository, settings_in, won_leads
from training.gate import Verdict
from training.level import Told
from training.relevel import (
    LEVEL_OF,
    Relevelled,
    at_better_level,
    at_moved_level,
    registered_at_level,
    relevel,
    told_of,
)
from training.train import train

DAYS = 90


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a state with one champion of the win model; each test leaves it the champion."""
    found = settings_in(Path(tmp_path_factory.mktemp("home")))
    report = train("win", FakeRepository(won_leads(900)), found, AS_OF, trials=1, timeout=600, seed=1)
    assert report.is_promoted, report.gate
    return found


def said_and_true(rows: int, scale: float) -> tuple[Told, np.ndarray]:
    """Scores of 60 days and outcomes whose log-odds are `scale` times those said, each lead once."""
    rng = np.random.default_rng(0)
    log_odds = rng.normal(-1, 1.2, rows)
    at = np.datetime64(AS_OF.replace(tzinfo=None), "us") - np.sort(rng.uniform(30, 90, rows))[::-1].astype(
        "timedelta64[D]"
    )
    won = (rng.random(rows) < sigmoid(scale * log_odds)).astype(int)
    return Told(log_odds, won, np.ones(rows), at, at + np.timedelta64(30, "D")), np.arange(rows)


def scores(registry: Registry, shift: float, count: int = 2000, version: str | None = None) -> pd.DataFrame:
    """What the champion said of leads over the last 90 days, whose log-odds are truly `shift` higher than it says."""
    model, champion = registry.load_champion("win")
    rng = np.random.default_rng(0)
    p = model.predict(model.encode(won_leads(count, seed=7).frame))
    age = np.sort(rng.uniform(0, DAYS, count))[::-1]
    return pd.DataFrame({
        "lead_id": [f"L{i}" for i in range(count)], "model_version": version or str(champion), "win_probability": p,
        "scored_at": pd.Timestamp(AS_OF) - pd.to_timedelta(age, unit="D"), "horizon_days": model.horizon_days,
        "followed_days": age, "is_won": rng.random(count) < sigmoid(logit(p) + shift),
    })  # fmt: skip


@pytest.mark.parametrize("case", ["no shift", "another version", "not matured", "too few", "none"])
def test_without_evidence_the_model_stays(own: Settings, case: str) -> None:
    registry = Registry(own)
    given = {
        "no shift": lambda: scores(registry, 0.0),
        "another version": lambda: scores(registry, 1.5, version="77"),
        "not matured": lambda: scores(registry, 1.5).assign(horizon_days=DAYS + 1),
        "too few": lambda: scores(registry, 1.5, count=30),
        "none": lambda: scores(registry, 1.5).head(0),
    }[case]()
    assert relevel("win", registry, given, own, AS_OF) is None
    assert registry.champion_version("win") == 1


def test_a_moved_rate_moves_the_level_and_nothing_else(own: Settings) -> None:
    registry = Registry(own)
    before, first = registry.load_champion("win")
    given = scores(registry, 1.5)
    done = relevel("win", registry, given, own, AS_OF)
    assert isinstance(done, Relevelled)
    after, version = registry.load_champion("win")
    assert (version, after.provenance["level"]["of_version"]) == (done.version, first)
    encoded = after.encode(won_leads(2000, seed=8).frame)
    old, new = before.predict(encoded), after.predict(encoded)
    assert logit(new).mean() - logit(old).mean() == pytest.approx(1.5, abs=0.25)
    assert np.array_equal(np.argsort(old, kind="stable"), np.argsort(new, kind="stable"))
    assert grades_of(new, after.grade_thresholds) == grades_of(old, before.grade_thresholds)
    assert re.search(r"outcomes of its scores: what it called 10% is now 3\d% ", done.to_json()["en"])
    assert "对数几率" in done.to_json()["zh"]
    run = next(row["run_id"] for row in registry.versions("win") if row["version"] == version)
    files = {file.path for file in mlflow_client(own).list_artifacts(run)}
    assert files >= {"card.html", "card.zh.html", "curves", "importance.json", "judgement.json", "model"}
    assert relevel("win", registry, given, own, AS_OF) is None  # outcomes of its own scores are not there yet
    assert registry.rollback("win") == first
    assert relevel("win", registry, given, own, AS_OF) is None  # whoever took it back is not overruled


def test_a_run_killed_before_it_promoted_is_made_up_for(own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry(own)
    model, first = registry.load_champion("win")
    verdict = Verdict(True, {"en": "Better.", "zh": "更好。"}, ())
    moved = at_moved_level(model, first, 1.0, 0.3)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Registry, "promote", killed)
        with pytest.raises(KeyboardInterrupt):
            registered_at_level(moved, first, verdict, registry, own)
    newest = registry.versions("win")[0]
    assert newest["version"] > first
    assert LEVEL_OF not in newest
    assert registry.champion_version("win") == first
    second = registered_at_level(moved, first, verdict, registry, own)
    assert registry.versions("win")[0][LEVEL_OF] == str(first)
    assert (registry.champion_version("win"), registry.rollback("win")) == (second, first)


def test_a_ranking_that_turned_round_is_not_levelled_away(own: Settings) -> None:
    model, _ = Registry(own).load_champion("win")
    gate = own.training.gate
    assert at_better_level(model, *said_and_true(2000, 0.4), AS_OF, gate, 1) is not None
    assert at_better_level(model, *said_and_true(2000, -1.0), AS_OF, gate, 1) is None


def test_a_lead_that_was_scored_often_weighs_as_one() -> None:
    day = pd.Timestamp(AS_OF)
    rows = pd.DataFrame({
        "lead_id": ["b", "a", "a"], "win_probability": 0.5, "is_won": [True, False, False], "horizon_days": 30,
        "scored_at": [day, day + timedelta(days=7), day],
    })  # fmt: skip
    told, lead = told_of(rows)
    assert (lead.tolist(), told.w.tolist(), told.y.tolist()) == ([0, 1, 0], [0.5, 1.0, 0.5], [0, 1, 0])
    assert told.matured_at[0] - told.as_of[0] == np.timedelta64(30, "D")
