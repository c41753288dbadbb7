from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from serving.pages.trust import trust_in

NOW = datetime(2026, 6, 30, tzinfo=UTC)
CHAMPION: Any = SimpleNamespace(artefact=SimpleNamespace(metrics={"ece": 0.019, "lift_at_10": 3.4}))
DRIFT = {"rule": "drift", "en": "New leads drifted.", "zh": "新线索发生漂移。"}
AGE = {"rule": "age", "en": "Old.", "zh": "过旧。"}


def monitored(days_ago: float = 1, known: int = 0, **retrain: Any) -> dict[str, Any]:
    realised = {"ece": {}} if known else None
    overall = {"scores": 300, "known": known, "realised": realised}
    return {"as_of": (NOW - timedelta(days=days_ago)).isoformat(), "live": {"overall": overall}, "retrain": retrain}


@pytest.mark.parametrize(
    ("monitor", "verdict"),
    [
        ({}, "unchecked"),
        (monitored(days_ago=8, known=200), "unchecked"),
        (monitored(), "unconfirmed"),
        (monitored(known=200), "yes"),
        (monitored(known=200, reasons=[DRIFT]), "care"),
        (monitored(known=200, held_back=[DRIFT]), "care"),
        (monitored(known=200, reasons=[AGE]), "yes"),  # asks for a training, not for doubt
    ],
)
def test_the_verdict_is_that_of_the_week_and_of_what_speaks_against_the_scores(
    monitor: dict[str, Any], verdict: str
) -> None:
    found = trust_in(CHAMPION, monitor, NOW)
    assert found is not None
    assert found.verdict == verdict
    assert found.doubts == ([DRIFT] if verdict == "care" else [])


def test_known_outcomes_count_only_where_they_could_be_judged() -> None:
    few = monitored()
    few["live"]["overall"]["known"] = 7
    found = trust_in(CHAMPION, few, NOW)
    assert found is not None
    assert (found.known, found.scores, found.verdict) == (0, 300, "unconfirmed")
    assert trust_in(None, few, NOW) is None
