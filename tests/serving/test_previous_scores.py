from __future__ import annotations

from crm_core.errors import DatabaseError
from serving import previous_scores
from serving.previous_scores import PreviousScores, trend_of


def test_the_database_is_asked_once_and_only_for_what_is_not_known() -> None:
    asked: list[list[str]] = []

    def load(ids: list[str]) -> dict[str, float]:
        asked.append(ids)
        return {"a": 0.1}

    previous = PreviousScores(load)
    assert previous.of(["a", "b", "a"]) == {"a": 0.1, "b": None}
    previous.remember({"b": 0.2})
    assert previous.of(["a", "b", "c"]) == {"a": 0.1, "b": 0.2, "c": None}
    assert asked == [["a", "b"], ["c"]]


def test_a_database_that_fails_leaves_the_trend_open() -> None:
    def load(_: list[str]) -> dict[str, float]:
        raise DatabaseError("gone")

    assert PreviousScores(load).of(["a"]) is None


def test_memory_is_bounded() -> None:
    assert previous_scores.MAX_ENTITIES == 200_000
    previous = PreviousScores(lambda _: {})
    previous.remember({str(i): 0.5 for i in range(previous_scores.MAX_ENTITIES + 10)})
    assert len(previous._scores) == previous_scores.MAX_ENTITIES


def test_the_threshold_itself_counts_as_moved() -> None:
    assert trend_of(0.25, 0.5, 0.25) == "up"
    assert trend_of(0.5, 0.25, 0.25) == "down"
