from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from configs.settings import Settings
from scoring.calibration import sigmoid
from scoring.registry import Registry
from tests.training.generated import AS_OF, FakeRepository, buyers, settings_in
from training.dataset import Dataset
from training.pace_level import LEAST_SHIFT, LED, Led, at_level_of, follow_pace, is_led, log_odds_by_date
from training.train import train


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a state with a churn champion that the pace leads."""
    found = settings_in(Path(tmp_path_factory.mktemp("home")))
    report = train("churn", FakeRepository(buyers()), found, AS_OF, trials=1, timeout=600, seed=1)
    assert report.is_promoted, report.gate
    registry = Registry(found)
    model, _ = registry.load_champion("churn")
    folder = tmp_path_factory.mktemp("led")
    replace(model, provenance={**model.provenance, "level": LED}).save(folder)
    registry.promote("churn", registry.register("churn", folder))
    return found


def silent(count: int = 300) -> pd.DataFrame:
    """Customers most of whom bought long ago."""
    frame = buyers(count, seed=3).frame
    return frame[frame["recency_days"] > 60].reset_index(drop=True)


def test_each_date_has_the_level_of_its_own_customers(own: Settings) -> None:
    model, _ = Registry(own).load_champion("churn")
    assert is_led(model)
    part = Dataset.of("churn", buyers(seed=2))
    encoded = model.encode(part.frame)
    pace = sigmoid(replace(model.scorecard.pace, weight=1.0).margin(encoded))
    said, fixed = sigmoid(log_odds_by_date(model, part)), model.predict(encoded)
    gaps = []
    for day in np.unique(part.as_of):
        rows = part.as_of == day
        assert said[rows].mean() == pytest.approx(pace[rows].mean(), abs=0.004)
        assert np.array_equal(np.argsort(said[rows], kind="stable"), np.argsort(fixed[rows], kind="stable"))
        gaps.append(abs(fixed[rows].mean() - pace[rows].mean()))
    assert max(gaps) > 0.01


def test_the_champion_follows_who_is_active_and_is_not_overruled(own: Settings) -> None:
    registry, active = Registry(own), silent()
    before, first = registry.load_champion("churn")
    done = follow_pace(registry, active, own)
    assert isinstance(done, Led)
    after, version = registry.load_champion("churn")
    assert (version, after.provenance["level"]["of_version"]) == (done.version, first)
    assert after.predict(after.encode(active)).mean() == pytest.approx(done.now, abs=1e-6)
    assert before.predict(before.encode(active)).mean() == pytest.approx(done.before, abs=1e-6)
    assert done.now > done.before + 0.01
    assert f"{done.now:.0%}" in done.to_json()["en"]
    assert f"{done.before:.0%}" in done.to_json()["zh"]
    # It is there now, so the next day adds no version; another crowd does, since a level may move each day.
    assert follow_pace(registry, active, own) is None
    newcomers = buyers(300, seed=4).frame.query("recency_days < 20").reset_index(drop=True)
    third = follow_pace(registry, newcomers, own)
    assert third is not None
    assert third.now < third.before
    # Whoever takes the first back is not overruled.
    registry.promote("churn", first)
    assert follow_pace(registry, active, own) is None


def test_nobody_active_or_a_level_of_another_kind_moves_nothing(own: Settings) -> None:
    registry, active = Registry(own), silent()
    model, _ = registry.load_champion("churn")
    assert follow_pace(registry, active.head(0), own) is None
    assert at_level_of(model, active.head(0)) is model
    assert not is_led(replace(model, provenance={}))
    assert abs(at_level_of(at_level_of(model, active), active).calibrator.offset
               - at_level_of(model, active).calibrator.offset) < LEAST_SHIFT / 5  # fmt: skip
