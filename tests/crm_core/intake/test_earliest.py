from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.crm_core.conftest import LATER, Load, everything, rows

LOG: dict[str, Any] = {
    "history": True,
    "source": {"timezone": "UTC"},
    "tables": {
        "leads": {"file": "log.csv", "columns": {"lead_id": "case", "created_at": "time"}, "attributes": []},
        "stage_events": {
            "file": "log.csv",
            "columns": {"lead_id": "case", "stage": "activity", "entered_at": "time"},
            "stages": {"start": "captured", "won": "contract_signed"},
        },
    },
}
IN_ORDER = "a,start,2024-01-01\nb,start,2024-01-02\na,call,2024-01-03\na,won,2024-01-09\nb,call,2024-01-08\n"
IN_DISORDER = "a,won,2024-01-09\nb,call,2024-01-08\nb,start,2024-01-02\na,start,2024-01-01\na,call,2024-01-03\n"


def created(engine: Engine) -> list[tuple[str, str, str]]:
    found = rows(engine, "SELECT lead_id, created_at, recorded_at FROM leads ORDER BY 1")
    return [(lead, str(at)[:10], str(known)[:10]) for lead, at, known in found]


@pytest.mark.parametrize("lines", [IN_ORDER, IN_DISORDER])
def test_a_case_of_an_event_log_is_created_with_its_first_event(load: Load, engine: Engine, lines: str) -> None:
    load(LOG, log=f"case,activity,time\n{lines}")
    assert created(engine) == [("a", "2024-01-01", "2024-01-01"), ("b", "2024-01-02", "2024-01-02")]


@pytest.mark.parametrize("lines", [IN_ORDER, IN_DISORDER])
def test_the_same_event_log_again_changes_nothing(load: Load, engine: Engine, lines: str) -> None:
    load(LOG, log=f"case,activity,time\n{lines}")
    before = everything(engine)
    load(LOG, now=LATER)
    assert everything(engine) == before


def test_versions_that_tell_when_they_were_learnt_keep_their_own_moment(load: Load, engine: Engine) -> None:
    load(leads="lead_id,created_at,recorded_at\na,2024-01-01,2024-01-01\na,2024-01-03,2024-01-04\n")
    assert [at for _, at, _ in created(engine)] == ["2024-01-02"]  # Shanghai's 3rd in UTC


def test_a_newer_part_of_an_event_log_moves_no_creation(load: Load, engine: Engine) -> None:
    load(LOG, log=f"case,activity,time\n{IN_ORDER}")
    before = created(engine)
    report = load(LOG, now=LATER, log="case,activity,time\na,call,2024-01-11\nc,start,2024-01-12\n")
    assert created(engine) == [*before, ("c", "2024-01-12", "2024-01-12")]
    assert report.tables["leads"]["updated"] == 0


@pytest.mark.parametrize("lines", [IN_ORDER, IN_DISORDER])
def test_attributes_of_a_case_are_those_of_its_first_event(load: Load, engine: Engine, lines: str) -> None:
    """The last one's would tell the outcome: here the activity itself."""
    leads = {**LOG["tables"]["leads"], "attributes": "*"}
    mapping = {**LOG, "tables": {**LOG["tables"], "leads": leads}}
    report = load(mapping, log=f"case,activity,time\n{lines}")
    found = rows(engine, "SELECT lead_id, attributes FROM leads ORDER BY 1")
    assert [(lead, json.loads(one) if isinstance(one, str) else one) for lead, one in found] == [
        ("a", {"activity": "start"}),
        ("b", {"activity": "start"}),
    ]
    counts = report.tables["leads"]
    assert (counts["read"], counts["inserted"], counts["unchanged"]) == (5, 2, 3)


def test_a_corrected_creation_of_a_lead_with_a_row_of_its_own_is_an_update(load: Load, engine: Engine) -> None:
    load(leads="lead_id,created_at\na,2024-01-01T12:00Z\n")
    load(now=LATER, leads="lead_id,created_at\na,2024-01-03T12:00Z\n")
    assert [at for _, at, _ in created(engine)] == ["2024-01-03"]
