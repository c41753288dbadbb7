from __future__ import annotations

import numpy as np
import pytest

from scoring.calibration import sigmoid
from scoring.metrics import ece, log_loss
from training.level import Told, best_memory, followed, level_of, probabilities


def told(rows: int, start: int, rate_shift: float = 0.0, days: int = 100, seed: int = 0) -> Told:
    """Scores whose truth is `rate_shift` log-odds higher; an outcome matures 5 days after the score."""
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(-1, 1, rows)
    y = (rng.random(rows) < sigmoid(log_odds + rate_shift)).astype(int)
    at = np.datetime64("2025-01-01", "us") + np.sort(rng.uniform(start, start + days, rows) * 86400e6).astype(
        "timedelta64[us]"
    )
    return Told(log_odds, y, np.ones(rows), at, at + np.timedelta64(5, "D"))


def test_shift_is_found_and_is_drawn_towards_none_where_rows_are_few() -> None:
    assert level_of(told(20_000, 0, 1.5)).shift[0] == pytest.approx(1.5, abs=0.1)
    assert 0 < level_of(told(20, 0, 1.5)).shift[0] < 1.2


def test_level_of_three_classes_meets_their_rates() -> None:
    rng = np.random.default_rng(0)
    y = rng.choice(3, 9000, p=[0.2, 0.5, 0.3])
    part = told(9000, 0)
    many = Told(np.zeros((9000, 3)), y, part.w, part.as_of, part.matured_at)
    p = probabilities(level_of(many).of(many.log_odds))
    assert p[0] == pytest.approx([0.2, 0.5, 0.3], abs=0.02)


def test_following_a_moved_rate_repairs_the_calibration() -> None:
    before, now = told(3000, 0), told(3000, 100, 1.5, seed=1)
    fixed, after = sigmoid(now.log_odds), probabilities(followed(now, before.and_also(now), 500))
    assert ece(now.y, fixed, now.w) > 0.2
    assert ece(now.y, after, now.w) < 0.05
    assert log_loss(now.y, after, now.w) < log_loss(now.y, fixed, now.w)


def test_only_matured_outcomes_are_used() -> None:
    before, now = told(3000, 0), told(3000, 100, 1.5, seed=1)
    other = Told(now.log_odds, 1 - now.y, now.w, now.as_of, now.matured_at)
    first_days = now.as_of < now.as_of.min() + np.timedelta64(4, "D")
    assert followed(now, before.and_also(now), 500)[first_days] == pytest.approx(
        followed(other, before.and_also(other), 500)[first_days]
    )


def test_memory_is_none_where_nothing_moves_and_some_where_it_does() -> None:
    before, same, moved = told(3000, 0), told(3000, 100, seed=1), told(3000, 100, 1.5, seed=1)
    assert best_memory(same, before.and_also(same)) is None
    assert best_memory(moved, before.and_also(moved)) is not None
