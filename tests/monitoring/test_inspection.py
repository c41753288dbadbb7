from __future__ import annotations

import json

import pytest

from configs.settings import Settings
from monitoring.inspection import Inspection, inspect_leads
from tests.monitoring.fakes import AS_OF, FakeRegistry, FakeRepository, calm_leads, shifted_leads


@pytest.fixture(scope="module")
def shifted(settings: Settings) -> Inspection:
    return inspect_leads(FakeRepository(shifted_leads(2000)), FakeRegistry(), settings, AS_OF)


def test_a_trade_show_is_seen_in_mix_features_and_scores(shifted: Inspection) -> None:
    assert shifted.mix.is_changed
    assert {column.column for column in shifted.drifted} == {"win_probability", "employee_count", "channel_id"}
    assert shifted.scores is not None
    effect = shifted.scores.effect
    assert effect.mix < 0
    assert effect.rate < 0
    assert effect.mix + effect.rate == pytest.approx(effect.change)


def test_calm_leads_are_silent(settings: Settings) -> None:
    calm = inspect_leads(FakeRepository(calm_leads(2000)), FakeRegistry(), settings, AS_OF)
    assert not calm.mix.is_changed
    assert calm.drifted == []
    assert calm.score_verdict is not None


def test_without_a_model_features_and_mix_are_still_judged(settings: Settings) -> None:
    seen = inspect_leads(FakeRepository(shifted_leads(2000)), FakeRegistry(None), settings, AS_OF)
    assert seen.scores is None
    assert seen.score_statement.en.startswith("There is no win model in use")
    assert {column.column for column in seen.drifted} == {"employee_count", "channel_id"}


def test_too_few_leads_are_stated_not_judged(settings: Settings) -> None:
    seen = inspect_leads(FakeRepository(shifted_leads(80)), FakeRegistry(), settings, AS_OF)
    assert seen.columns == []
    assert not seen.mix.is_changed
    assert seen.windows.shortage is not None


def test_no_leads_are_stated_too(settings: Settings) -> None:
    seen = inspect_leads(FakeRepository(calm_leads(20).head(0)), FakeRegistry(), settings, AS_OF)
    assert seen.scores is None
    assert seen.score_statement.en.startswith("Too few leads to judge drift")
    json.dumps(seen.to_json(), allow_nan=False)


def test_the_same_leads_give_the_same_figures(settings: Settings, shifted: Inspection) -> None:
    again = inspect_leads(FakeRepository(shifted_leads(2000)), FakeRegistry(), settings, AS_OF)
    assert json.dumps(again.to_json(), allow_nan=False) == json.dumps(shifted.to_json(), allow_nan=False)


def test_histograms_are_shares(shifted: Inspection) -> None:
    assert shifted.scores is not None
    histogram = shifted.scores.to_json()["histogram"]
    assert len(histogram["edges"]) == len(histogram["current"]) + 1
    assert sum(histogram["current"]) == pytest.approx(1)
    assert sum(histogram["reference"]) == pytest.approx(1)
