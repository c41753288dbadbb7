from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from scoring.calibration import Calibrator, logit, sigmoid, softmax
from scoring.metrics import ece, log_loss
from training.calibrate import anchored, fit_beta, fit_isotonic, fit_platt, fit_vector
from training.calibrator_choice import Margins, choose_calibrator

FORMS = [fit_platt, fit_beta, fit_isotonic]


def distorted(rows: int = 6000, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Margins twice too large and shifted by 1: truth = sigmoid((margin - 1) / 2)."""
    rng = np.random.default_rng(seed)
    margin = rng.normal(0, 3, rows)
    return margin, (rng.random(rows) < sigmoid((margin - 1) / 2)).astype(int), np.ones(rows)


@pytest.mark.parametrize("fit", FORMS)
def test_distortion_is_undone(fit: Callable[..., Calibrator]) -> None:
    margin, y, w = distorted()
    later, y_later, _ = distorted(seed=1)
    assert ece(y_later, sigmoid(later), w) > 0.1
    assert ece(y_later, sigmoid(fit(margin, y, w).apply(later)), w) < 0.03


@pytest.mark.parametrize("fit", FORMS)
def test_calibrated_log_odds_never_fall_as_the_margin_rises(fit: Callable[..., Calibrator]) -> None:
    for seed in range(5):
        margin, y, w = distorted(300, seed)
        grid = np.linspace(-40, 40, 2000)
        assert np.all(np.diff(fit(margin, y, w).apply(grid)) >= -1e-9)
        assert np.all(np.diff(fit(margin, 1 - y, w).apply(grid)) >= -1e-9)  # even where the model is worse than useless


def test_platt_finds_slope_and_intercept() -> None:
    found = fit_platt(*distorted(40_000))
    assert (found.first[0], found.second[0]) == pytest.approx((0.5, -0.5), abs=0.03)


def test_platt_does_not_overshoot_on_extreme_margins() -> None:
    rng = np.random.default_rng(0)
    margin = np.concatenate([rng.normal(0, 1, 500), [-60, 60, -45]])
    y = np.concatenate([(rng.random(500) < 0.7).astype(int), [1, 0, 1]])
    w = np.ones(503)
    fitted = log_loss(y, sigmoid(fit_platt(margin, y, w).apply(margin)), w)
    assert fitted <= log_loss(y, np.full(503, y.mean()), w) + 1e-3


def test_anchored_calibrator_has_the_level_of_the_rows() -> None:
    margin, y, w = distorted()
    moved = anchored(fit_beta(margin, y, w), margin + 3, y, w)
    assert sigmoid(moved.apply(margin + 3)).mean() == pytest.approx(y.mean(), abs=1e-3)


def test_vector_scaling_lowers_the_loss_of_three_classes() -> None:
    rng = np.random.default_rng(0)
    margin = rng.normal(0, 3, (4000, 3))
    y = np.array([rng.choice(3, p=p) for p in softmax(margin / 3 + np.array([0.5, 0, -0.5]))])
    w = np.ones(4000)
    temperature, vector = (fit_vector(margin, y, w, is_temperature=kind) for kind in (True, False))
    losses = [
        log_loss(y, softmax(calibrator.apply(margin)), w)
        for calibrator in (Calibrator(), temperature, vector)
    ]  # fmt: skip
    assert losses[0] > losses[1] > losses[2]


def test_form_that_does_not_carry_over_in_time_loses_to_none() -> None:
    margin, y, w = distorted(2000)
    rng = np.random.default_rng(4)
    honest = (rng.random(2000) < sigmoid(margin)).astype(int)
    before, now = Margins(margin, y, w), Margins(margin, honest, w)
    assert choose_calibrator(before, now, now, is_mature=True).kind == "identity"


def test_form_that_carries_over_is_chosen() -> None:
    before, now = (Margins(*distorted(4000, seed)) for seed in (0, 1))
    chosen = choose_calibrator(before, now, now, is_mature=True)
    assert chosen.kind != "identity"
    assert ece(now.y, sigmoid(chosen.apply(now.margin)), now.w) < 0.03


def test_the_level_of_one_season_teaches_nothing_unrehearsed() -> None:
    now = Margins(*distorted(4000))
    assert choose_calibrator(None, now, now, is_mature=True, has_seasons=True).kind == "identity"
    assert choose_calibrator(None, now, now, is_mature=True).kind == "platt"


def test_logit_and_sigmoid_are_inverse() -> None:
    p = np.array([1e-12, 0.2, 0.5, 0.999])
    assert sigmoid(logit(p)) == pytest.approx(p)
