from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from scoring.bg_nbd import BgNbd, History
from scoring.calibration import sigmoid
from scoring.pace import MAX_LOG_ODDS, Pace
from scoring.scorecard import Scorecard, mean_scorecard

MODEL = BgNbd(0.7, 50.0, 0.2, 4.0)
ROWS = np.array([[1, 20, 20], [8, 300, 10], [8, 300, 200], [40, 400, 350]], dtype=np.float32)
NO_PURCHASES = np.array([[0, np.nan, np.nan]], dtype=np.float32)


@pytest.fixture
def pace() -> Pace:
    return Pace(MODEL, 90, (0, 1, 2), (3.0, 200.0, 60.0))


def card(pace: Pace) -> Scorecard:
    return Scorecard("bg_nbd", np.array([pace.base]), pace=pace)


def silent(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    count, tenure, recency = rows.astype(np.float64).T
    return MODEL.silent(History.of(count, tenure, recency), 90.0)


def test_the_margin_is_the_log_odds_of_no_purchase(pace: Pace) -> None:
    said = sigmoid(card(pace).margin(ROWS)[:, 0])
    assert said[:3] == pytest.approx(silent(ROWS)[:3])
    assert silent(ROWS)[3] > 0.9999
    assert said[3] == pytest.approx(sigmoid(np.array([MAX_LOG_ODDS]))[0])


def test_contributions_sum_to_the_margin(pace: Pace) -> None:
    parts = card(pace).contributions(ROWS)[:, :, 0]
    assert parts.sum(axis=1) + pace.base == pytest.approx(card(pace).margin(ROWS)[:, 0])


def test_a_longer_silence_speaks_for_churn_and_more_orders_in_that_time_against_it(pace: Pace) -> None:
    at_average = np.array([[3, 200, 150], [6, 200, 60]], dtype=np.float32)
    longer, more = card(pace).contributions(at_average)[:, :, 0]
    assert longer[2] > 0
    assert longer[:2] == pytest.approx([0, 0])
    assert more[0] < 0
    assert more[1:] == pytest.approx([0, 0])


def test_without_purchases_a_row_counts_as_the_average(pace: Pace) -> None:
    assert card(pace).margin(NO_PURCHASES)[0, 0] == pytest.approx(pace.base)
    assert card(pace).contributions(NO_PURCHASES) == pytest.approx(0)


def test_half_a_pace_beside_a_flat_card_is_half_the_log_odds(pace: Pace) -> None:
    mixed = mean_scorecard("paced", [card(pace), Scorecard("logistic", np.array([1.0]))])
    assert mixed.margin(ROWS)[:, 0] == pytest.approx((card(pace).margin(ROWS)[:, 0] + 1.0) / 2)


def test_model_json_gives_the_same_pace_again(pace: Pace) -> None:
    again = Scorecard.from_json(json.loads(json.dumps(card(pace).to_json())))
    assert again.pace == pace


def test_a_file_from_before_paces_is_read(pace: Pace) -> None:
    content = card(pace).to_json()
    del content["pace"]
    assert Scorecard.from_json(content).pace is None
