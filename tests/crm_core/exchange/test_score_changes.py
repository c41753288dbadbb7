from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from crm_core.exchange import publish_credit_holds, publish_scores, read_changes
from crm_core.exchange.score_changes import has_moved
from tests.crm_core.conftest import LATER, NOW


def score(probability: float, grade: str = "B") -> dict[str, Any]:
    return {"win_probability": probability, "grade": grade}


def told(engine: Engine) -> list[tuple[str, Any]]:
    """(entity_id, main figure) of every change."""
    changes = [numbered.change for numbered in read_changes(engine, 0, 10_000).changes]
    return [(one.entity_id, one.body.get("win_probability", one.body.get("credit_hold"))) for one in changes]


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (None, score(0.3), True),
        (score(0.30), score(0.34), False),
        (score(0.30), score(0.35), True),
        (score(0.30), score(0.25), True),
        (score(0.30), score(0.31, "A"), True),
        (score(0.30), score(0.30), False),
    ],
)
def test_a_score_is_worth_telling_when_it_moved(before: Any, now: dict[str, Any], expected: bool) -> None:
    assert has_moved("lead", before, now, 0.05) is expected


def test_many_small_moves_are_told_once_they_add_up(engine: Engine) -> None:
    for day, probability in enumerate([0.30, 0.32, 0.34, 0.36, 0.38]):
        publish_scores(engine, "lead", {"l1": score(probability)}, NOW + timedelta(days=day), 0.05)
    assert told(engine) == [("l1", 0.30), ("l1", 0.36)]


def test_what_was_told_before_stands_beside(engine: Engine) -> None:
    publish_scores(engine, "lead", {"l1": score(0.3)}, NOW, 0.05)
    publish_scores(engine, "lead", {"l1": score(0.5, "A")}, LATER, 0.05)
    first, second = read_changes(engine, 0, 10).changes
    assert first.change.body["previous"] is None
    assert second.change.body["previous"] == {"win_probability": 0.3, "grade": "B"}


def test_a_score_made_before_the_last_one_told_is_not_told(engine: Engine) -> None:
    publish_scores(engine, "lead", {"l1": score(0.3)}, LATER, 0.05)
    assert publish_scores(engine, "lead", {"l1": score(0.9)}, NOW, 0.05) == 0


def test_each_of_a_customers_probabilities_counts(sqlite_engine: Engine) -> None:
    body = {"churn_probability": 0.2, "p_up": 0.1, "p_down": 0.1}
    assert publish_scores(sqlite_engine, "customer", {"c1": body}, NOW, 0.05) == 1
    assert publish_scores(sqlite_engine, "customer", {"c1": {**body, "p_down": 0.2}}, LATER, 0.05) == 1
    assert publish_scores(sqlite_engine, "lead", {"c1": score(0.2)}, LATER, 0.05) == 1


def test_more_scores_than_fit_one_transaction(engine: Engine) -> None:
    scores = {f"l{i}": score(0.3) for i in range(5_500)}
    assert publish_scores(engine, "lead", scores, NOW, 0.05) == 5_500
    assert publish_scores(engine, "lead", {**scores, "l5400": score(0.9)}, LATER, 0.05) == 1
    assert [one for one, _ in told(engine)] == [*scores, "l5400"]


def test_an_id_of_any_characters_is_known_again(engine: Engine) -> None:
    scores = {one: score(0.3) for one in ("1", "01", "1.0", "null", "", "价'\"\\\t\n%s:x")}
    assert publish_scores(engine, "lead", scores, NOW, 0.05) == len(scores)
    assert publish_scores(engine, "lead", scores, LATER, 0.05) == 0


def test_a_credit_hold_is_told_when_it_begins_and_when_it_ends(engine: Engine) -> None:
    for day, is_held in enumerate([False, True, True, False, False, True]):
        publish_credit_holds(engine, {"l1": is_held}, NOW + timedelta(days=day))
    assert told(engine) == [("l1", True), ("l1", False), ("l1", True)]


def test_two_workers_that_score_a_lead_at_once_tell_of_it_once(engine: Engine) -> None:
    scores = {f"l{i}": score(0.3) for i in range(50)}
    threads = [threading.Thread(target=publish_scores, args=(engine, "lead", scores, NOW, 0.05)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(entity_id for entity_id, _ in told(engine)) == sorted(scores)
