from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from configs.settings import Settings
from monitoring.live.performance import LivePerformance, judge_live
from monitoring.live_sentences import live_sentences
from tests.monitoring.live.worlds import history_of, log_weekly, world


@pytest.fixture(scope="module")
def live(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> LivePerformance:
    home = tmp_path_factory.mktemp("home")
    facts, leads = world(leads=1500)
    log_weekly(home, facts, leads)
    rules = settings.monitoring.live.model_copy(update={"samples": 60})
    money = pd.Series(100.0, index=leads["lead_id"])
    return judge_live(history_of(home), facts, money, home, rules, 1)


def test_every_dimension_is_judged(live: LivePerformance) -> None:
    names = {(group.dimension, group.group) for group in live.groups}
    assert {("all", "all"), ("model_version", "3"), ("channel", "fair"), ("channel", "web"), ("team", "north")} <= names
    assert sum(dimension == "week" for dimension, _ in names) == 12


def test_figures_are_those_of_the_planted_probabilities(live: LivePerformance) -> None:
    realised = live.overall.realised
    assert realised is not None
    auc = realised["roc_auc"]
    assert auc.value == pytest.approx(0.75, abs=0.05)
    assert realised["log_loss_over_base"].value is not None
    assert realised["log_loss_over_base"].value < 0


def test_old_weeks_are_judged_and_young_ones_estimated(live: LivePerformance) -> None:
    weeks = [group for group in live.groups if group.dimension == "week"]
    assert weeks[0].realised is not None
    assert weeks[-1].realised is None
    assert weeks[-1].why_not == "immature"
    assert any(group.estimate is not None for group in weeks)


def test_the_priority_list_beats_chance(live: LivePerformance) -> None:
    assert live.last_list is not None
    assert live.lists is not None
    assert live.lists["lists"] == 8
    assert live.lists["priority"]["wins"] > live.lists["random"]
    assert live.lists["priority"]["wins_interval"][0] > live.lists["random"]


def test_it_is_plain_json_and_says_what_is_an_estimate(live: LivePerformance) -> None:
    json.dumps(live.to_json(), allow_nan=False)
    said = [text.en for text in live_sentences(live)]
    assert said[0].startswith("Known outcomes of ")
    assert said[1].startswith("Estimate, not a result: ")
    assert "top 20% of the priority list held" in said[2]
    assert all("估计值" in text.zh for text in live_sentences(live) if text.en.startswith("Estimate"))


def test_without_a_score_there_is_nothing_to_judge(settings: Settings, tmp_path: Path) -> None:
    facts, _ = world(leads=20)
    found = judge_live(history_of(tmp_path), facts, pd.Series(dtype=float), tmp_path, settings.monitoring.live, 1)
    assert (found.overall.scores, found.last_list, found.lists) == (0, None, None)
    assert live_sentences(found)[0].en.startswith("No score was given yet")
