from __future__ import annotations

import numpy as np
import pytest

from configs.settings import load_settings
from features.schema import number
from tests.training.generated import won_leads
from training.dataset import Dataset
from training.learn_encoding import learn_features
from training.shift import beyond_chance, column_shifts, moved


@pytest.mark.parametrize("size", [5, 5000])
def test_a_column_without_a_value_in_common_has_moved_wholly(size: int) -> None:
    assert beyond_chance(np.array([0.7, 0.3, 0, 0]), np.array([0, 0, 0.4, 0.6]), (size, size)) == 1.0


def test_few_rows_of_a_column_that_never_moves_differ_by_chance_alone() -> None:
    rng, ten = np.random.default_rng(0), np.full(10, 0.1)
    pairs = [(rng.multinomial(40, ten) / 40, rng.multinomial(10, ten) / 10) for _ in range(200)]
    plain = [np.abs(before - after).sum() / 2 for before, after in pairs]
    beyond = [beyond_chance(before, after, (40, 10)) for before, after in pairs]
    assert np.mean(plain) > 0.3
    assert np.mean(beyond) < 0.1


def test_all_columns_moving_leaves_all() -> None:
    assert moved({"a": 0.9, "b": 0.8}, 0.5) == []
    assert moved({"a": 0.9, "b": 0.1}, 0.5) == ["a"]


def test_a_running_count_moves_and_honest_columns_do_not() -> None:
    frame = won_leads(4000)
    frame.frame["running_count"] = np.arange(len(frame.frame), dtype=float)
    frame.features.append(number("running_count", "Leads so far", "累计线索数"))
    data = Dataset.of("win", frame)
    early, late = data.take(data.group_at < data.group_at[2000]), data.take(data.group_at >= data.group_at[2000])
    shifts = column_shifts(early, late, learn_features(early, load_settings().training))
    assert shifts["running_count"] == 1.0
    assert max(shifts[name] for name in ("response_hours", "channel_id", "noise")) < 0.1
    assert moved(shifts, 0.5) == ["running_count"]


def test_a_share_that_rounding_puts_above_one_is_one() -> None:
    over = np.array([1.0 + 1e-15, 0.0])
    assert beyond_chance(over, over, (40, 10)) == 0.0
