from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from configs.settings import load_settings
from monitoring.live.score_log import log_scores
from monitoring.review.own_lists import grade_lists, list_sentence
from tests.monitoring.review.made import JUNE, Small, on

LIST_DAYS = load_settings().monitoring.live.list_days


def ten_open(home: Path, *days: float) -> Small:
    """Ten leads listed on these days of June, the first on top; amounts the other way round."""
    world = Small()
    for n in range(10):
        world.lead(on(6, 1), is_forward=True, expected_amount_cents=100.0 * (n + 1))
    scores = pd.DataFrame({
        "lead_id": [f"L{n}" for n in range(10)], "win_probability": 0.5,
        "expected_value": [float(n + 1) for n in range(10)], "priority": range(1, 11),
    })  # fmt: skip
    for day in days:
        log_scores(home, scores, on(6, day), 1, 30)
    return world


def test_the_share_of_the_wins_that_the_top_held(tmp_path: Path) -> None:
    world = ten_open(tmp_path, 5)
    world.events += [("L0", "contract_signed", on(6, 7)), ("L9", "contract_signed", on(6, 8))]
    world.events += [("L1", "contract_signed", on(6, 20))]  # after the list's week
    found = grade_lists(world.facts(L0=300.0, L9=100.0), JUNE, tmp_path)
    assert found is not None
    assert (found["lists"], found["leads"], found["wins"]) == (1, 10, 2)
    assert (found["priority"]["wins"], found["priority"]["money"]) == (0.5, 0.75)
    assert found["amount"]["wins"] == 0.5
    sentence = list_sentence(found, 0.2, LIST_DAYS)
    assert "Of 2 wins" in sentence.en
    assert "held 50%" in sentence.en
    assert "占50%" in sentence.zh


def test_one_list_a_week_is_judged_and_none_that_is_too_young(tmp_path: Path) -> None:
    world = ten_open(tmp_path, 2, 3, 4, 9.5, 28)
    world.events += [("L0", "contract_signed", on(6, 5))]
    found = grade_lists(world.facts(), JUNE, tmp_path)
    assert found is not None
    assert found["lists"] == 2
    assert pd.Timestamp(found["until"]) == on(6, 9.5) + timedelta(days=LIST_DAYS)


@pytest.mark.parametrize("days", [(), (28,)])
def test_without_a_list_that_is_old_enough_it_says_so(tmp_path: Path, days: tuple[float, ...]) -> None:
    found = grade_lists(ten_open(tmp_path, *days).facts(), JUNE, tmp_path)
    assert found is None
    assert "No priority list of this period" in list_sentence(found, 0.2, LIST_DAYS).en


def test_lists_without_a_win_are_not_graded(tmp_path: Path) -> None:
    found = grade_lists(ten_open(tmp_path, 5).facts(), JUNE, tmp_path)
    assert found is not None
    assert found["wins"] == 0
    assert "cannot be graded" in list_sentence(found, 0.2, LIST_DAYS).en
