from __future__ import annotations

from typing import Any

import pytest

from monitoring.pictures import MAX_CHANNELS, change_bars, mix_bars, score_bars


def number(low: float, median: float, high: float, mean: float, missing: float = 0.0) -> dict[str, Any]:
    return {"low": low, "median": median, "high": high, "mean": mean, "missing_share": missing}


def column(
    before: dict[str, Any], now: dict[str, Any], kind: str = "number", method: str = "chi_squared"
) -> dict[str, Any]:
    return {"kind": kind, "method": method, "reference": before, "current": now}


def test_numbers_are_drawn_on_one_scale() -> None:
    bars = change_bars(column(number(0, 10, 20, 11), number(20, 30, 40, 31)))
    assert bars == [{"x": 0, "width": 50, "median": 25}, {"x": 50, "width": 50, "median": 75}]


def test_a_flag_is_drawn_by_its_mean() -> None:
    bars = change_bars(column(number(0, 0, 1, 0.2), number(0, 0, 1, 0.4)))
    assert bars == [{"x": 0, "width": 50, "median": None}, {"x": 0, "width": 100, "median": None}]


def test_gaps_and_categories_are_drawn_by_the_share_that_moved() -> None:
    gaps = change_bars(column(number(0, 1, 2, 1, 0.1), number(0, 1, 2, 1, 0.4), method="missing_share"))
    category = change_bars(column({"shares": {"a": 0.9, "b": 0.1}}, {"shares": {"b": 0.4}}, kind="category"))
    assert gaps is not None
    assert category is not None
    assert [bar["width"] for bar in gaps] == [25, 100]
    assert [bar["width"] for bar in category] == [100, 0]


@pytest.mark.parametrize(
    "empty",
    [
        column({"shares": {}}, {"shares": {}}, kind="category"),
        column({**number(0, 1, 2, 1), "median": None}, number(0, 1, 2, 1)),
        column(number(0, 0, 0, 0), number(0, 0, 0, 0)),
    ],
)
def test_where_there_is_nothing_to_draw_nothing_is_drawn(empty: dict[str, Any]) -> None:
    assert change_bars(empty) is None


def test_channels_beyond_the_largest_are_counted() -> None:
    channels = [
        {
            "name": {"en": str(index), "zh": str(index)},
            "reference_share": 0.05,
            "current_share": index / 100,
            "current_leads": index,
            "change": 0.0,
            "current_interval": {"low": 0.0, "high": 0.2},
        }
        for index in range(15)
    ]
    picture = mix_bars(channels)
    assert len(picture["rows"]) == MAX_CHANNELS
    assert picture["hidden"] == 3
    assert picture["rows"][0]["now_width"] == 70


def test_scores_are_bars_over_an_outline() -> None:
    edges = [index / 20 for index in range(21)]
    picture = score_bars({"edges": edges, "reference": [0.5, 0.5] + [0.0] * 18, "current": [1.0] + [0.0] * 19})
    assert picture["bars"][0] == {"x": 0, "y": 0, "width": 4.7, "height": 100}
    assert picture["outline"].startswith("M0,100V50.00H5.00V50.00H10.00V100.00")
    assert picture["ticks"] == ["0%", "20%", "40%", "60%", "80%", "100%"]
