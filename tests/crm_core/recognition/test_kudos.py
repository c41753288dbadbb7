from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.errors import RecognitionConflictError, RecognitionError, UnknownRecognitionError
from crm_core.recognition.kudos import give_kudos, medals_of
from crm_core.recognition.points import point_entries
from tests.crm_core.conftest import NOW

DAY = timedelta(days=1)


def test_a_colleague_gets_the_medal_and_its_points_once(staffed: Engine, settings: Settings) -> None:
    first = give_kudos(staffed, settings, "A", "B", "mentor", " Showed me the demo ", NOW)
    assert give_kudos(staffed, settings, "A", "B", "mentor", "Showed me the demo", NOW + DAY) == first
    assert medals_of(staffed, "B", NOW) == [first]
    assert medals_of(staffed, "B", NOW - DAY) == []
    assert [(one.points, one.what) for one in point_entries(staffed, "B", NOW + DAY)] == [(15, "mentor")]
    assert point_entries(staffed, "A", NOW + DAY) == []


def test_a_month_later_the_same_colleague_may_be_praised_again(staffed: Engine, settings: Settings) -> None:
    give_kudos(staffed, settings, "A", "B", "mentor", "x", NOW)
    with pytest.raises(RecognitionConflictError, match="once a month, but B was by A for mentor in 2025-01"):
        give_kudos(staffed, settings, "A", "B", "teamwork", "x", NOW + DAY)
    give_kudos(staffed, settings, "A", "B", "teamwork", "x", NOW + 31 * DAY)
    assert [one.month for one in medals_of(staffed, "B", NOW + 31 * DAY)] == ["2025-01", "2025-02"]


def test_praise_is_scarce(staffed: Engine, settings: Settings) -> None:
    few = settings.recognition.model_copy(update={"kudos_per_month": 2})
    scarce = settings.model_copy(update={"recognition": few})
    for colleague in "BC":
        give_kudos(staffed, scarce, "A", colleague, "teamwork", "x", NOW)
    with pytest.raises(RecognitionError, match="at most 2 colleagues a month"):
        give_kudos(staffed, scarce, "A", "M", "teamwork", "x", NOW)
    assert medals_of(staffed, "M", NOW) == []


@pytest.mark.parametrize(
    ("giver", "taker", "medal", "reason", "fault", "message"),
    [
        ("A", "A", "mentor", "x", RecognitionError, "somebody else"),
        ("A", "B", "mentor", " ", RecognitionError, "reason"),
        ("A", "B", "hero", "x", UnknownRecognitionError, "must be one of teamwork"),
        ("A", "L", "mentor", "x", UnknownRecognitionError, "L is not"),
        ("Z", "B", "mentor", "x", UnknownRecognitionError, "Z is not"),
    ],
)
def test_praise_that_breaks_a_rule_leaves_nothing(
    staffed: Engine, settings: Settings, giver: str, taker: str, medal: str, reason: str,
    fault: type[Exception], message: str,
) -> None:  # fmt: skip
    with pytest.raises(fault, match=message):
        give_kudos(staffed, settings, giver, taker, medal, reason, NOW)
    assert point_entries(staffed, taker, NOW) == []
