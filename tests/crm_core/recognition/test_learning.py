from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.errors import RecognitionConflictError, RecognitionError, UnknownRecognitionError
from crm_core.recognition.learning import find_certificate, learning_record, record_result
from crm_core.recognition.points import point_entries
from tests.crm_core.conftest import NOW

DAY = timedelta(days=1)


def test_a_certificate_from_the_pass_score_on(staffed: Engine, settings: Settings) -> None:
    failed = record_result(staffed, settings, "A", "negotiation", 74.5, NOW)
    passed = record_result(staffed, settings, "A", "negotiation", 75, NOW + DAY)
    assert (failed.certificate_id, failed.valid_until) == (None, None)
    assert passed.valid_until == NOW + 366 * DAY
    assert [passed.is_valid(NOW + days * DAY) for days in (0, 1, 365, 366)] == [False, True, True, False]
    assert learning_record(staffed, "A", NOW) == [failed]
    assert learning_record(staffed, "A", NOW + DAY) == [failed, passed]
    assert find_certificate(staffed, str(passed.certificate_id)) == passed
    assert find_certificate(staffed, "cert_made_up") is None


def test_points_come_again_only_when_the_certificate_ran_out(staffed: Engine, settings: Settings) -> None:
    for days in (0, 10, 376):
        record_result(staffed, settings, "A", "compliance", 95, NOW + days * DAY)
    entries = point_entries(staffed, "A", NOW + 400 * DAY)
    assert [(one.occurred_at, one.points) for one in entries] == [(NOW, 20), (NOW + 376 * DAY, 20)]


def test_the_same_moment_is_one_result(staffed: Engine, settings: Settings) -> None:
    first = record_result(staffed, settings, "A", "compliance", 95, NOW)
    assert record_result(staffed, settings, "A", "compliance", 95, NOW) == first
    with pytest.raises(RecognitionConflictError, match="has 95, not 96"):
        record_result(staffed, settings, "A", "compliance", 96, NOW)
    assert len(learning_record(staffed, "A", NOW)) == 1


def test_another_pass_score_is_another_version(staffed: Engine, settings: Settings) -> None:
    course = settings.recognition.courses["compliance"].model_copy(update={"pass_score": 50})
    easier = settings.recognition.model_copy(update={"courses": {"compliance": course}})
    lenient = settings.model_copy(update={"recognition": easier})
    strict = record_result(staffed, settings, "A", "compliance", 60, NOW)
    passed = record_result(staffed, lenient, "A", "compliance", 60, NOW + DAY)
    assert (strict.certificate_id is None, passed.certificate_id is None) == (True, False)
    assert strict.rule_version != passed.rule_version


@pytest.mark.parametrize("score", [-1, 100.5, float("nan")])
def test_a_score_is_of_100(staffed: Engine, settings: Settings, score: float) -> None:
    with pytest.raises(RecognitionError, match="between 0 and 100"):
        record_result(staffed, settings, "A", "compliance", score, NOW)


def test_course_and_rep_must_be_known(staffed: Engine, settings: Settings) -> None:
    for rep_id, course in (("Z", "compliance"), ("A", "juggling")):
        with pytest.raises(UnknownRecognitionError):
            record_result(staffed, settings, rep_id, course, 90, NOW)
