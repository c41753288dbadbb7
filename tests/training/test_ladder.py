from __future__ import annotations

import numpy as np
import pytest

from configs.settings import Settings
from scoring.calibration import sigmoid
from tests.training.generated import buyers
from training import own_pace
from training.dataset import Dataset
from training.errors import BgNbdError
from training.fold_matrix import FoldMatrix
from training.ladder import Rung, best_line, best_of_each, chosen, eligible, scorecard_rungs, table_of
from training.recency import HalfLives
from training.scorecards import PACED, starts_of
from training.search_space import first_points


def rung(name: str, losses: list[float], max_shift: float = 1.0) -> Rung:
    return Rung(name, np.array(losses), np.ones(len(losses)), max_shift, name)


def test_simplest_within_one_standard_error_is_taken() -> None:
    noise = np.tile([0.02, -0.02], 20)
    simple, best = rung("rates", list(0.501 + noise)), rung("boosted", [0.5] * 40)
    assert chosen([simple, best]) is simple


def test_gain_that_lasts_through_time_beats_simplicity() -> None:
    simple, best = rung("rates", list(0.52 + np.tile([0.001, -0.001], 20))), rung("boosted", [0.5] * 40)
    assert chosen([simple, best]) is best


def test_a_rung_that_a_simpler_one_beats_does_not_pass_for_being_judged_less_surely() -> None:
    wobble = np.tile([0.1, -0.1], 20)
    line, bayes, best = (
        rung("logistic", [0.51] * 40),
        rung("naive_bayes", list(0.512 + wobble)),
        rung("stack", [0.5] * 40),
    )
    assert chosen([bayes, best]) is bayes
    assert chosen([line, bayes, best]) is best


def test_gain_of_one_month_alone_does_not() -> None:
    simple, best = rung("rates", [0.495] * 9 + [0.6]), rung("boosted", [0.5] * 10)
    assert chosen([simple, best]) is simple


def test_each_name_stands_once_by_its_best_in_the_order_of_simplicity() -> None:
    rungs = [rung("stack", [0.4]), rung("prior", [0.7]), rung("logistic", [0.5], 0.5), rung("logistic", [0.45], 1.0)]
    kept = best_of_each(rungs, "win")
    assert [(one.name, one.max_shift) for one in kept] == [
        ("prior", 1.0), ("logistic", 0.5), ("logistic", 1.0), ("stack", 1.0),
    ]  # fmt: skip
    assert [row["rung"] for row in table_of(kept)] == ["prior", "logistic", "stack"]
    assert best_line(rungs).loss == pytest.approx(0.45)


def test_where_the_pace_of_customers_is_known_only_its_means_with_others_are_chosen() -> None:
    half = Rung("stack", np.array([0.45]), np.ones(1), 1.0, "paced")
    rungs = [rung("bg_nbd", [0.6]), rung("logistic", [0.4]), rung("paced", [0.5]), rung("boosted", [0.4]), half]
    assert [one.name for one in eligible(rungs)] == ["paced", "stack"]
    assert best_line(rungs).name == "paced"
    assert eligible([rung("logistic", [0.4])])[0].name == "logistic"


def test_rates_that_tell_nobody_apart_are_not_chosen_for_being_simple() -> None:
    noise = np.tile([0.05, -0.05], 20)
    flat, strong = rung("prior", [0.6] * 40), rung("logistic_strong", list(0.6 + noise))
    same, better = rung("rates", list(0.6 + noise)), rung("rates", [0.5] * 40)
    assert eligible([flat, same, strong]) == [strong]
    assert eligible([flat, better, strong]) == [better, strong]
    assert eligible([flat]) == [flat]


def test_without_a_most_likely_pace_the_other_rungs_are_there(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = Dataset.of("churn", buyers(count=120))
    moments = np.unique(data.as_of)
    is_earlier = data.as_of < moments[len(moments) // 2]
    earlier, later = data.take(is_earlier), data.take(~is_earlier)
    fold = FoldMatrix(earlier, later, settings.training, 1, HalfLives.of(earlier))
    whole = {one.name for one in scorecard_rungs(starts_of("churn"), [fold], 1.0)}

    def fails(_: object) -> None:
        raise BgNbdError("BG/NBD must find its most likely parameters.")

    monkeypatch.setattr(own_pace, "fit_bg_nbd", fails)
    fold = FoldMatrix(earlier, later, settings.training, 1, HalfLives.of(earlier))
    left = {one.name for one in scorecard_rungs(starts_of("churn"), [fold], 1.0)}
    assert whole - left == {"bg_nbd", *PACED}


def test_a_line_led_by_the_pace_has_its_level_and_the_trees_beside_it_do(settings: Settings) -> None:
    data = Dataset.of("churn", buyers(count=200))
    moments = np.unique(data.as_of)
    is_earlier = data.as_of < moments[len(moments) // 2]
    earlier, later = data.take(is_earlier), data.take(~is_earlier)
    fold = FoldMatrix(earlier, later, settings.training, 1, HalfLives.of(earlier))
    pace, led = (sigmoid(fold.margins(kind)[1][:, 0]) for kind in ("bg_nbd", "pace_led"))
    dates = np.unique(later.as_of)
    assert len(dates) > 3
    for day in dates:
        assert led[later.as_of == day].mean() == pytest.approx(pace[later.as_of == day].mean(), abs=0.01)
    assert not np.allclose(led, pace, atol=0.01)
    curves = fold.curves(first_points()[0], "pace_led")
    assert curves["stack"].shape == curves["boosted"].shape
