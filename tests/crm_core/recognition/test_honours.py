from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from configs.settings import Settings
from crm_core.database import write_transaction
from crm_core.errors import (
    DatabaseError,
    NotEntitledError,
    RecognitionConflictError,
    RecognitionError,
    UnknownRecognitionError,
)
from crm_core.recognition.honours import Proposal, decide_honour, honours, propose_honour
from crm_core.recognition.points import point_entries
from tests.crm_core.conftest import NOW, Load
from tests.crm_core.recognition.conftest import REPS

DAY = timedelta(days=1)


def proposed(engine: Engine, rep_id: str = "A", by: str = "B") -> Proposal:
    return propose_honour(engine, rep_id, "Hundred visits", "All in one quarter", by, NOW)


def test_an_honour_is_on_the_wall_once_a_manager_approved(staffed: Engine, settings: Settings) -> None:
    new = proposed(staffed)
    done = decide_honour(staffed, settings, new.honour_id, "M", NOW + DAY, is_approved=True, note="Well done")
    assert honours(staffed, NOW + DAY) == [done]
    assert honours(staffed, NOW) == [new]  # as it stood then
    assert honours(staffed, NOW - DAY) == []
    assert [one.points for one in point_entries(staffed, "A", NOW + DAY)] == [150]


def test_a_declined_honour_gives_nothing(staffed: Engine, settings: Settings) -> None:
    new = proposed(staffed)
    decide_honour(staffed, settings, new.honour_id, "N", NOW, is_approved=False)
    assert [one.is_approved for one in honours(staffed, NOW)] == [False]
    assert point_entries(staffed, "A", NOW) == []


def test_it_is_decided_once(staffed: Engine, settings: Settings) -> None:
    new = proposed(staffed)
    done = decide_honour(staffed, settings, new.honour_id, "M", NOW, is_approved=True)
    assert decide_honour(staffed, settings, new.honour_id, "M", NOW + DAY, is_approved=True) == done
    with pytest.raises(RecognitionConflictError, match="M approved it already"):
        decide_honour(staffed, settings, new.honour_id, "N", NOW + DAY, is_approved=False)
    assert len(point_entries(staffed, "A", NOW + DAY)) == 1


@pytest.mark.parametrize(
    ("rep_id", "by", "decider"), [("A", "B", "C"), ("M", "B", "M"), ("A", "M", "M"), ("A", "B", "L")]
)
def test_only_a_manager_who_is_neither_of_the_two_decides(
    staffed: Engine, settings: Settings, rep_id: str, by: str, decider: str
) -> None:
    new = proposed(staffed, rep_id, by)
    with pytest.raises(NotEntitledError):
        decide_honour(staffed, settings, new.honour_id, decider, NOW, is_approved=True)
    assert honours(staffed, NOW) == [new]


def test_who_manages_nobody_any_more_decides_nothing(staffed: Engine, load: Load, settings: Settings) -> None:
    new = proposed(staffed)
    load(reps=REPS.replace(",M,", ",N,"), now=NOW + DAY)
    with pytest.raises(NotEntitledError, match="M is none"):
        decide_honour(staffed, settings, new.honour_id, "M", NOW + DAY, is_approved=True)
    decide_honour(staffed, settings, new.honour_id, "N", NOW + DAY, is_approved=True)


def test_the_database_itself_refuses_self_approval(staffed: Engine) -> None:
    proposed(staffed)
    forge = "UPDATE honours SET is_approved = :yes, decided_by = rep_id, decided_at = proposed_at"
    with pytest.raises(DatabaseError, match="not_oneself"), write_transaction(staffed) as connection:
        connection.execute(text(forge), {"yes": True})


def test_what_is_proposed_must_be_whole_and_known(staffed: Engine, settings: Settings) -> None:
    with pytest.raises(RecognitionError, match="title and a story"):
        propose_honour(staffed, "A", "T", " ", "B", NOW)
    with pytest.raises(UnknownRecognitionError, match="L is not"):
        propose_honour(staffed, "L", "T", "S", "B", NOW)
    new = proposed(staffed)
    for honour_id, moment in (("hon_none", NOW), (new.honour_id, NOW - DAY)):
        with pytest.raises(UnknownRecognitionError, match="must have this id"):
            decide_honour(staffed, settings, honour_id, "M", moment, is_approved=True)
