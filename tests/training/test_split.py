from __future__ import annotations

import numpy as np
import pytest

from configs.settings import Settings
from tests.training.generated import customers, won_leads
from training.dataset import Dataset
from training.errors import HistoryTooShortError
from training.split import bought_before, folds, split


@pytest.fixture(scope="module")
def leads() -> Dataset:
    return Dataset.of("win", won_leads(800, landmarks=3))


def test_no_lead_stands_in_two_parts(leads: Dataset, settings: Settings) -> None:
    parts = split(leads, settings.training, seed=1)
    entities = [set(part.frame["entity_id"]) for part in (parts.fit, parts.calibrate, parts.test)]
    assert not entities[0] & entities[1]
    assert not (entities[0] | entities[1]) & entities[2]


def test_parts_follow_each_other_and_no_outcome_is_known_early(leads: Dataset, settings: Settings) -> None:
    parts = split(leads, settings.training, seed=1)
    assert parts.calibrate_from is not None
    assert parts.fit.group_at.max() < parts.calibrate_from <= parts.calibrate.group_at.min()
    assert parts.fit.known_at.max() <= parts.calibrate_from
    assert parts.before_test.known_at.max() <= parts.test_from <= parts.test.group_at.min()


def test_customers_whose_horizon_reaches_the_next_part_are_purged(settings: Settings) -> None:
    parts = split(Dataset.of("churn", customers("churn")), settings.training, seed=1)
    assert parts.calibrate_from is not None
    assert parts.fit.max_known_at.max() <= parts.calibrate_from
    assert parts.calibrate.max_known_at.max() <= parts.test_from
    assert "same customers" in parts.in_words()
    assert "同一客户" in parts.in_words("zh")


def test_weights_stand_for_outcomes_not_known_yet(leads: Dataset, settings: Settings) -> None:
    parts = split(leads, settings.training, seed=1)
    assert parts.before_test.w.sum() == pytest.approx(parts.past.w.sum(), rel=0.05)
    assert len(parts.before_test) < len(parts.past)


def test_short_history_of_customers_calibrates_on_customers_held_out(settings: Settings) -> None:
    parts = split(Dataset.of("churn", customers("churn", months=5)), settings.training, seed=1)
    assert not parts.is_calibrated_later
    assert not set(parts.fit.frame["entity_id"]) & set(parts.calibrate.frame["entity_id"])
    assert "history is short" in parts.in_words()
    assert "历史较短" in parts.in_words("zh")


def test_history_within_one_horizon_is_refused_in_words(settings: Settings) -> None:
    with pytest.raises(HistoryTooShortError, match="horizon of 90 days"):
        split(Dataset.of("churn", customers("churn", months=2)), settings.training, seed=1)


def test_folds_are_in_order_of_time_and_end_with_the_calibration_part(leads: Dataset, settings: Settings) -> None:
    parts = split(leads, settings.training, seed=1)
    pairs = folds(parts, settings.training, seed=1)
    assert pairs[-1] == (parts.fit, parts.calibrate)
    for earlier, later in pairs:
        assert earlier.known_at.max() <= later.group_at.min() + np.timedelta64(1, "D")
        assert later.known_at.max() <= parts.test_from


def test_leads_of_one_moment_are_drawn_and_the_report_says_so(settings: Settings) -> None:
    """An export without dates, loaded with one day for all."""
    made = won_leads(800)
    for column in ("group_started_at", "as_of", "known_at", "max_known_at"):
        made.frame[column] = made.frame[column].max()
    parts = split(Dataset.of("win", made), settings.training, seed=1)
    entities = [set(part.frame["entity_id"]) for part in (parts.fit, parts.calibrate, parts.test)]
    assert sum(map(len, entities)) == len(set.union(*entities)) == 800
    rates = [part.is_positive.mean() for part in (parts.fit, parts.calibrate, parts.test)]
    assert max(rates) - min(rates) < 0.02
    assert parts.is_timeless
    assert parts.in_words().startswith("Drawn by lead, not in order of time")
    assert parts.in_words("zh").startswith("所有线索创建于同一时刻")
    assert len(folds(parts, settings.training, seed=1)) == settings.training.folds


def test_one_moment_with_too_few_of_a_class_is_refused(settings: Settings) -> None:
    made = won_leads(800)
    made.frame["group_started_at"] = made.frame["group_started_at"].max()
    made.frame["label"] = (np.arange(800) < 6).astype(int)
    with pytest.raises(HistoryTooShortError, match="over 0 days"):
        split(Dataset.of("win", made), settings.training, seed=1)


def test_what_customers_bought_before_a_block_is_known_before_what_came_of_it(settings: Settings) -> None:
    parts = split(Dataset.of("churn", customers("churn", count=150)), settings.training, seed=1)
    bought = bought_before(parts, parts.calibrate)
    assert bought is not None
    assert parts.fit.as_of.max() < bought.as_of.max() < parts.calibrate.as_of.min()
    assert bought.max_known_at.max() > parts.calibrate.as_of.min()
