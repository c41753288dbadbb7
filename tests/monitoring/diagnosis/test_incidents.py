from __future__ import annotations

from datetime import timedelta

import pytest

from crm_core.findings import Finding
from monitoring.diagnosis.errors import IncidentError
from monitoring.diagnosis.incidents import act, incidents
from tests.monitoring.diagnosis.made import AS_OF


def alarm(days_ago: float, subject: str = "negotiation") -> Finding:
    return Finding("funnel.stage_stock", subject, {"change": 0.6}, AS_OF - timedelta(days=days_ago), "up", "增")


def test_alarms_in_a_row_are_one_incident_with_its_history() -> None:
    [one] = incidents([alarm(3), alarm(2), alarm(1)], AS_OF, 3)
    told = one.to_json(AS_OF)
    assert (told["incident"], told["status"], told["alarms"]) == ("stage_stock:negotiation", "open", 3)
    assert [step["what"] for step in told["history"]] == ["funnel.stage_stock"] * 3


def test_after_a_silence_a_new_one_begins_and_the_old_is_over() -> None:
    new, old = incidents([alarm(20), alarm(1)], AS_OF, 3)
    assert (new.status(AS_OF), old.status(AS_OF)) == ("open", "over")


def test_it_is_acknowledged_snoozed_and_resolved_and_an_alarm_after_that_is_a_new_one() -> None:
    known = incidents([alarm(1)], AS_OF, 3)
    seen = act(known, "stage_stock:negotiation", "acknowledge", AS_OF, "li")
    assert incidents([alarm(1), seen], AS_OF, 3)[0].status(AS_OF) == "acknowledged"
    quiet = act(known, "stage_stock:negotiation", "snooze", AS_OF, "li", until=AS_OF + timedelta(days=2))
    [one] = incidents([alarm(1), seen, quiet], AS_OF, 3)
    assert one.status(AS_OF) == "snoozed"
    assert one.status(AS_OF + timedelta(days=2)) == "acknowledged"
    done = act(known, "stage_stock:negotiation", "resolve", AS_OF, "li", "two engineers more")
    later = AS_OF + timedelta(days=1)
    new, old = incidents([alarm(1), done, alarm(-1)], later, 3)
    assert (new.status(later), old.status(later)) == ("open", "resolved")


def test_what_cannot_be_done_is_refused() -> None:
    known = incidents([alarm(1)], AS_OF, 3)
    with pytest.raises(IncidentError, match=r"must be one of those known \(stage_stock:negotiation\), but got 'x'"):
        act(known, "x", "resolve", AS_OF, "li")
    with pytest.raises(IncidentError, match=r"A snooze must end after"):
        act(known, "stage_stock:negotiation", "snooze", AS_OF, "li", until=AS_OF)
    done = act(known, "stage_stock:negotiation", "resolve", AS_OF, "li")
    with pytest.raises(IncidentError, match=r"must not have ended"):
        act(incidents([alarm(1), done], AS_OF, 3), "stage_stock:negotiation", "snooze", AS_OF, "li")
