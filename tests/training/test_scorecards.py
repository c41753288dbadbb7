from __future__ import annotations

import numpy as np
import pytest

from configs.settings import Settings
from scoring.calibration import sigmoid, softmax
from scoring.encoding import encode_frame
from scoring.scorecard import Scorecard
from tests.training.generated import customers, won_leads
from training.dataset import Dataset
from training.learn_encoding import learn_features
from training.scorecards import PANEL, PANELLISTS, fit_scorecard, starts_of


@pytest.mark.parametrize("kind", [*starts_of("win"), PANEL])
def test_points_and_intercept_sum_to_the_margin(kind: str, settings: Settings) -> None:
    data = Dataset.of("win", won_leads(500))
    specs = learn_features(data, settings.training)
    encoded = encode_frame(specs, data.frame)
    card = fit_scorecard(kind, specs, encoded, data.y, data.w, 2)
    assert card.margin(encoded) == pytest.approx(card.intercept + card.contributions(encoded).sum(axis=1))
    again = Scorecard.from_json(card.to_json())
    assert again.margin(encoded) == pytest.approx(card.margin(encoded))


def test_each_line_of_the_panel_speaks_as_loudly(settings: Settings) -> None:
    data = Dataset.of("win", won_leads(80))
    specs = learn_features(data, settings.training)
    encoded = encode_frame(specs, data.frame)
    cards = [fit_scorecard(kind, specs, encoded, data.y, data.w, 2) for kind in PANELLISTS]
    margins = np.stack([card.margin(encoded)[:, 0] for card in cards], axis=1)
    spreads = margins.std(axis=0)
    assert spreads[2] > 2 * spreads[0]  # naive Bayes alone would drown the others
    panel = fit_scorecard(PANEL, specs, encoded, data.y, data.w, 2).margin(encoded)[:, 0]
    mean = ((margins - margins.mean(axis=0)) * spreads[0] / spreads).mean(axis=1)
    assert panel - panel.mean() == pytest.approx(mean)


def test_naive_bayes_of_one_category_is_the_smoothed_frequency(settings: Settings) -> None:
    frame = won_leads(500)
    frame.features = [feature for feature in frame.features if feature.name == "channel_id"]
    data = Dataset.of("win", frame)
    specs = learn_features(data, settings.training)
    encoded = encode_frame(specs, data.frame)
    p = sigmoid(fit_scorecard("naive_bayes", specs, encoded, data.y, data.w, 2).margin(encoded)[:, 0])
    for channel in ("web", "fair", "referral"):
        rows = (data.frame["channel_id"] == channel).to_numpy()
        assert p[rows][0] == pytest.approx(data.y[rows].mean(), abs=0.005)  # the 0.1 moves it a little


def test_markov_is_the_transition_matrix_of_the_tiers(settings: Settings) -> None:
    data = Dataset.of("rfm", customers("rfm"))
    specs = learn_features(data, settings.training)
    encoded = encode_frame(specs, data.frame)
    p = softmax(fit_scorecard("markov", specs, encoded, data.y, data.w, 3).margin(encoded))
    rows = (data.frame["rfm_tier"] == "growth").to_numpy()
    assert p[rows][0] == pytest.approx(np.bincount(data.y[rows], minlength=3) / rows.sum(), abs=0.005)


def test_class_that_was_never_seen_is_next_to_impossible(settings: Settings) -> None:
    data = Dataset.of("rfm", customers("rfm"))
    data = data.take(data.y != 2)
    specs = learn_features(data, settings.training)
    encoded = encode_frame(specs, data.frame)
    p = softmax(fit_scorecard("logistic_weak", specs, encoded, data.y, data.w, 3).margin(encoded))
    assert p[:, 2].max() < 0.01
    assert p.sum(axis=1) == pytest.approx(1)
