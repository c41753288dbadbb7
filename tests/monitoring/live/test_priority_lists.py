from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from configs.sections import LiveRules
from configs.settings import Settings
from monitoring.live.priority_lists import ListWins, amount_ranks, due_lists, wins_of_list
from tests.crm_core.funnel.made import AS_OF, day


@pytest.fixture(scope="session")
def live(settings: Settings) -> LiveRules:
    return settings.monitoring.live


def ten_leads() -> pd.DataFrame:
    """Ten leads; priority is their number, the largest amounts are those of the last two."""
    p = np.linspace(0.9, 0.1, 10)
    amount = np.array([100, 90, 80, 70, 60, 50, 40, 30, 500, 400.0])
    return pd.DataFrame({
        "lead_id": [f"L{n}" for n in range(10)], "win_probability": p, "expected_value": p * amount,
        "priority": np.arange(1, 11),
    })  # fmt: skip


def wins(*rows: tuple[str, float, float]) -> pd.DataFrame:
    moments = np.array([day(age).replace(tzinfo=None) for _, age, _ in rows], dtype="datetime64[us]")
    return pd.DataFrame({"lead_id": [row[0] for row in rows], "won_at": moments, "money": [row[2] for row in rows]})


def test_the_share_of_the_wins_and_of_the_money_that_the_top_held(live: LiveRules) -> None:
    won = wins(("L0", 3, 100.0), ("L1", 2, 50.0), ("L8", 1, 350.0), ("L5", 30, 1.0), ("other", 1, 9.0))
    found = wins_of_list(ten_leads(), day(7), AS_OF, won, live).to_json(live, 1)
    assert (found["leads"], found["top"], found["random"], found["wins"], found["money"]) == (10, 2, 0.2, 3, 500.0)
    assert found["priority"]["wins"] == pytest.approx(2 / 3)
    assert found["priority"]["money"] == pytest.approx(0.3)
    assert found["amount"]["wins"] == pytest.approx(1 / 3)
    assert found["amount"]["money"] == pytest.approx(0.7)
    low, high = found["priority"]["wins_interval"]
    assert low < 2 / 3 < high


def test_a_list_without_a_win_has_no_share(live: LiveRules) -> None:
    found = wins_of_list(ten_leads(), day(7), AS_OF, wins(), live).to_json(live, 1)
    assert found["wins"] == 0
    assert found["priority"] == {"wins": None, "wins_interval": None, "money": None, "money_interval": None}


def test_lists_are_judged_together(live: LiveRules) -> None:
    won = wins(("L0", 10, 1.0), ("L9", 3, 1.0))
    parts = [wins_of_list(ten_leads(), day(age), day(age - 7), won, live) for age in (14, 7)]
    both = ListWins.joined(parts)
    assert (both.lists, both.leads, both.since, both.until) == (2, 20, day(14), AS_OF)
    assert both.by_priority.tolist() == [True, False]


def test_leads_without_an_amount_come_last() -> None:
    scores = ten_leads()
    scores.loc[8, "expected_value"] = np.nan
    assert amount_ranks(scores).tolist() == [2, 3, 4, 5, 6, 7, 8, 9, 10, 1]


def runs(*ages: float) -> list[tuple[Any, int, None]]:
    return [(day(age), 1, None) for age in ages]


def test_the_newest_list_that_is_old_enough_and_one_a_week_before_it(live: LiveRules) -> None:
    chosen = due_lists(runs(*range(40)), AS_OF, live.model_copy(update={"lists": 3}))
    assert [(AS_OF - run[0]).days for run in chosen] == [7, 14, 21]


def test_a_list_of_long_ago_is_not_last_weeks(live: LiveRules) -> None:
    assert due_lists(runs(1, 60, 67), AS_OF, live) == []
    assert due_lists(runs(10), AS_OF, live) == runs(10)
    assert AS_OF - timedelta(days=10) == day(10)
