from __future__ import annotations

import pytest

from monitoring.diagnosis.verdict import CAUSES, Score, confidences, pooled
from tests.monitoring.diagnosis.made import RULES


def test_confidences_sum_to_one_and_follow_the_scores() -> None:
    sure = confidences(dict.fromkeys(CAUSES, 0.0) | {"onboarding": 0.9, "unknown": 0.26}, RULES)
    assert sum(sure.values()) == pytest.approx(1)
    assert sorted(sure, key=lambda name: -sure[name])[:2] == ["onboarding", "unknown"]


def test_no_evidence_at_all_is_unknown() -> None:
    sure = confidences(dict.fromkeys(CAUSES, 0.0) | {"unknown": RULES.unknown_score}, RULES)
    assert max(sure, key=lambda name: sure[name]) == "unknown"


def test_anomalies_are_pooled_by_their_severity() -> None:
    one = {name: Score(name, 1.0) for name in CAUSES}
    two = {name: Score(name, 0.0) for name in CAUSES}
    assert pooled([one, two], [3.0, 1.0])["onboarding"] == pytest.approx(0.75)
