from __future__ import annotations

import numpy as np
import pytest

from configs.settings import Settings
from tests.training.generated import won_leads
from training.backtest import backtest, shares_held
from training.bootstrap import draws
from training.dataset import Dataset
from training.groups import by_group
from training.learn_encoding import learn_features
from training.range_table import range_table
from training.split import split
from training.traits import rate_interval, traits_of


def test_planted_traits_come_first_and_are_measured_on_the_newest_part(settings: Settings) -> None:
    parts = split(Dataset.of("win", won_leads(4000)), settings.training, 1)
    traits = traits_of(parts.before_test, parts.test, learn_features(parts.before_test, settings.training))
    assert "Channel: referral" in traits[0]["en"]
    assert traits[0]["lift"] > 1.5
    assert traits[0]["low"] < traits[0]["rate"] < traits[0]["high"]
    assert all(trait["cases"] <= len(parts.test) for trait in traits)


def test_columns_that_say_nothing_give_no_trait(settings: Settings) -> None:
    frame = won_leads(3000)
    frame.features = [feature for feature in frame.features if feature.name in ("noise", "mixed")]
    parts = split(Dataset.of("win", frame), settings.training, 1)
    found = traits_of(parts.before_test, parts.test, learn_features(parts.before_test, settings.training))
    assert all(trait["lift"] < 1.4 for trait in found)
    assert rate_interval(0, 10)[0] < 0.01


def test_backtest_counts_wins_and_money_of_the_top_of_each_order() -> None:
    data = Dataset.of("win", won_leads(500))
    data.frame["expected_amount"] = np.where(data.y == 1, 100.0, 50.0)
    found = backtest(data, data.y * 0.8 + 0.1, seed=1, share=0.1)
    assert found["orders"]["probability"]["wins"] == pytest.approx(50 / data.y.sum())
    assert found["orders"]["priority"]["money"] == pytest.approx(50 / data.y.sum())
    assert found["orders"]["random"] == {"wins": 0.1, "money": 0.1}


def test_backtest_without_amounts_has_no_money() -> None:
    data = Dataset.of("win", won_leads(300))
    found = backtest(data, np.linspace(0, 1, 300), seed=1)
    orders = found["orders"]
    assert "amount" not in orders
    assert orders["priority"] == orders["probability"]
    assert orders["priority"]["money"] is None
    assert set(found["against"]) == {"wins"}


def ranked_leads(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Leads from the top of a list that tells: the chance of a win falls from 0.5 to 0.1 down the list."""
    chance = np.sort(np.random.default_rng(seed).uniform(0.1, 0.5, rows))[::-1]
    return chance, (np.random.default_rng(seed + 1000).random(rows) < chance).astype(float)


def test_nineteen_of_twenty_intervals_of_a_share_hold_the_true_one() -> None:
    """Truth: the first fifth holds the mean of 0.42 to 0.5 over that of 0.1 to 0.5, times a fifth."""
    truth, inside = 0.2 * 0.46 / 0.3, []
    for seed in range(200):
        _, won = ranked_leads(400, seed)
        rank = np.arange(400)[None]
        sampled = [shares_held(rank, won[None], drawn, 0.2)[0, 0] for drawn in draws(np.arange(400), 200, seed)]
        low, high = np.quantile(sampled, [0.025, 0.975])
        inside.append(low <= truth <= high)
    assert 0.9 <= np.mean(inside) <= 0.99


def test_a_lead_drawn_twice_fills_two_places_of_the_first() -> None:
    rank, won = np.array([[0, 1, 2, 3, 4]]), np.array([[1.0, 0, 1, 0, 0]])
    once = shares_held(rank, won, np.ones(5, dtype=int), 0.4)
    twice = shares_held(rank, won, np.array([2, 1, 1, 1, 0]), 0.4)
    split = shares_held(rank, won, np.array([1, 0, 3, 1, 0]), 0.4)
    assert (once[0, 0], twice[0, 0], split[0, 0]) == pytest.approx((1 / 2, 2 / 3, 2 / 4))
    assert np.isnan(shares_held(rank, won, np.array([0, 3, 0, 1, 1]), 0.4)[0, 0])


def test_priority_is_told_beside_the_best_order_without_a_model() -> None:
    data = Dataset.of("win", won_leads(2000))
    data.frame["expected_amount"] = np.random.default_rng(3).uniform(50, 100, 2000)
    told = backtest(data, data.y * 0.5 + 0.2, seed=1)
    blind = backtest(data, np.full(2000, 0.3), seed=1)
    beside = told["against"]["wins"]
    shares = {name: held["wins"] for name, held in told["orders"].items()}
    assert shares[beside["order"]] == max(shares[name] for name in ("amount", "age", "random"))
    assert beside["difference"] == pytest.approx(shares["priority"] - shares[beside["order"]])
    assert 0 < beside["interval"][0] < beside["difference"] < beside["interval"][1]
    assert blind["against"]["money"] == {"order": "amount", "difference": 0.0, "interval": [0.0, 0.0]}
    assert backtest(data, data.y * 0.5 + 0.2, seed=1) == told


def test_groups_show_the_gap_of_a_channel_that_is_misjudged() -> None:
    data = Dataset.of("win", won_leads(3000))
    groups = {row["group"]: row for row in by_group(data, np.full(3000, data.y.mean()))["channel_id"]}
    assert groups["fair"]["gap"] > 0.1 > -0.1 > groups["referral"]["gap"]


def drawn(seed: int, straying: float, count: int = 2000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Margins of leads, what a model says of them, and who was won: twenty groups of like margin stray by so much."""
    rng = np.random.default_rng(seed)
    margin = np.sort(rng.normal(-1, 1, count))
    strays = np.repeat(rng.normal(0, straying, 20), count // 20)
    y = (rng.random(count) < 1 / (1 + np.exp(-margin - strays))).astype(int)
    return margin, 1 / (1 + np.exp(-margin)), y


@pytest.mark.parametrize("straying", [0.0, 0.5])
def test_of_the_next_leads_the_share_won_lies_within_the_range_four_times_in_five(straying: float) -> None:
    inside = []
    for seed in range(40):
        margin, p, y = drawn(seed, straying)
        table = range_table(margin, p, y, np.ones(2000), np.arange(2000))
        assert sum(table["count"]) == 2000
        margin, p, y = drawn(seed + 1000, straying)
        bin_of = np.searchsorted(table["edges"], margin, side="right")
        for number, (low, high) in enumerate(zip(table["low"], table["high"], strict=True)):
            rows = bin_of == number
            said, won = p[rows].mean(), y[rows].sum()
            distance = np.log((won + 0.5) / (rows.sum() - won + 0.5)) - np.log(said / (1 - said))
            inside.append(low <= distance <= high)
            assert low < 0 < high
    assert np.mean(inside) == pytest.approx(0.8, abs=0.04)


def test_the_range_of_few_leads_is_wide_and_there_is_one_of_one_outcome() -> None:
    table = range_table(np.zeros(8), np.full(8, 0.3), np.zeros(8, dtype=int), np.ones(8), np.arange(8))
    assert table["low"][0] < -1
    assert table["high"][0] > 1
