from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from configs.sections import LiveRules
from configs.settings import Settings
from monitoring.live.figures import ece_by_chance, figures_of, judge_group, sorted_ece
from scoring.metrics import ece, log_loss, roc_auc


@pytest.fixture(scope="session")
def live(settings: Settings) -> LiveRules:
    return settings.monitoring.live.model_copy(update={"samples": 60})


def scores(leads: int, seed: int, luck: float = 0.0, known_share: float = 1.0) -> pd.DataFrame:
    """One score per lead whose probability is true, but for `luck` in log-odds."""
    rng = np.random.default_rng(seed)
    p = rng.beta(1, 3, leads)
    is_known = rng.random(leads) < known_share
    won = rng.random(leads) < 1 / (1 + (1 - p) / p * np.exp(-luck))
    return pd.DataFrame({
        "lead_id": [f"L{n}" for n in range(leads)], "win_probability": p, "is_known": is_known,
        "is_won": won & is_known, "known_days": 30.0, "followed_days": np.where(is_known, 40.0, 10.0),
        "horizon_days": 30,
    })  # fmt: skip


def test_realised_figures_are_those_of_the_metrics(live: LiveRules) -> None:
    rows = scores(800, 1)
    group = judge_group("all", "all", rows, live, 1)
    y, p = rows["is_won"].to_numpy(int), rows["win_probability"].to_numpy()
    assert group.realised is not None
    assert group.base_rate is not None
    assert group.realised["roc_auc"].value == pytest.approx(roc_auc(y, p, np.ones(800)))
    assert group.realised["log_loss"].value == pytest.approx(log_loss(y, p, np.ones(800)))
    assert group.base_rate.value == pytest.approx(y.mean())
    assert group.realised["base_brier"].value == pytest.approx(y.mean() * (1 - y.mean()))
    for figure in group.realised.values():
        assert figure.value is not None
        assert figure.interval is not None
        assert figure.interval.low < figure.interval.high


def test_intervals_hold_what_they_say(live: LiveRules) -> None:
    true = roc_auc(*_large())
    held = 0
    for seed in range(30):
        group = judge_group("all", "all", scores(300, seed), live, seed)
        assert group.realised is not None
        interval = group.realised["roc_auc"].interval
        assert interval is not None
        held += interval.low <= true <= interval.high
    assert held >= 25


def _large() -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    rows = scores(60_000, 99)
    return rows["is_won"].to_numpy(int), rows["win_probability"].to_numpy(), np.ones(len(rows))


def test_the_estimate_foretells_the_realised_figures_of_calibrated_scores(live: LiveRules) -> None:
    waiting = scores(3000, 2).assign(is_known=False, is_won=False, followed_days=5.0)
    estimate = judge_group("all", "all", waiting, live, 1).estimate
    realised = judge_group("all", "all", scores(3000, 2), live, 1).realised
    assert estimate is not None
    assert realised is not None
    for name in ("roc_auc", "log_loss", "brier"):
        assert estimate[name].value == pytest.approx(realised[name].value, abs=0.02)


def test_the_estimate_is_blind_to_luck_and_the_outcomes_are_not(live: LiveRules) -> None:
    group = judge_group("all", "all", scores(3000, 3, luck=1.0, known_share=0.5), live, 1)
    assert group.estimate is not None
    assert group.realised is not None
    assert group.ece_by_chance is not None
    assert group.estimate["win_rate"].value == pytest.approx(0.25, abs=0.02)
    error = group.realised["ece"].value
    assert error is not None
    assert error > 3 * group.ece_by_chance


@pytest.mark.parametrize("seed", range(5))
def test_the_quick_calibration_error_is_that_of_the_metrics(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p, w = np.sort(rng.random(200).round(2)), rng.exponential(1, 200)
    y = (rng.random(200) < p).astype(int)
    assert sorted_ece(y, p, w) == pytest.approx(ece(y, p, w))


def test_chance_alone_gives_a_calibration_error() -> None:
    rows = scores(400, 4).sort_values("win_probability")
    y, p = rows["is_won"].to_numpy(int), rows["win_probability"].to_numpy()
    chance = ece_by_chance(y, p, np.ones(400), np.arange(400), 100, 1)
    assert 0.03 < chance < 0.1
    assert figures_of(y, p, np.ones(400))["ece"] < chance


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (scores(500, 1, known_share=0.05), "immature"),
        (scores(90, 1), "few_leads"),
        (scores(500, 1, luck=-9), "few_wins"),
        (scores(500, 1, luck=9), "few_losses"),
    ],
)
def test_what_cannot_be_judged_says_why(live: LiveRules, rows: pd.DataFrame, why: str) -> None:
    group = judge_group("all", "all", rows, live, 1)
    assert (group.why_not, group.realised, group.base_rate) == (why, None, None)
    assert group.to_json()["realised"] is None
