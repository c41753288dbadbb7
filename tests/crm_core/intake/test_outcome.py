from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from tests.crm_core.conftest import LATER, Load, rows

WON_LOST = {"won": {"column": "end", "equals": "yes"}, "lost": {"column": "end", "equals": "no"}}


def mapping(outcome: dict[str, Any], **extra: Any) -> dict[str, Any]:
    columns = {"lead_id": "id", "created_at": "created"}
    return {
        "history": True,
        "source": {"timezone": "UTC"},
        "tables": {"leads": {"file": "l.csv", "columns": columns, "outcome": outcome, **extra}},
    }


def closings(engine: Engine) -> dict[str, tuple[str, str]]:
    found = rows(engine, "SELECT lead_id, stage, entered_at FROM stage_events WHERE event_id LIKE '%|outcome'")
    return {lead: (stage, str(moment)[:19]) for lead, stage, moment in found}


def test_an_outcome_gives_its_stage_events(load: Load, engine: Engine) -> None:
    report = load(mapping(WON_LOST), l="id,created,end\na,2024-01-01,yes\nb,2024-01-01,no\nc,2024-01-01,\n")
    assert report.tables["stage_events"] == {"read": 5, "inserted": 5, "updated": 0, "unchanged": 0, "rejected": 0}
    assert closings(engine) == {"a": ("contract_signed", "2024-01-31 00:00:00"), "b": ("lost", "2024-01-31 00:00:00")}
    captured = rows(engine, "SELECT lead_id, actor FROM stage_events WHERE stage = 'captured' ORDER BY 1")
    assert captured == [("a", None), ("b", None), ("c", None)]


@pytest.mark.parametrize(
    ("closed", "expected"),
    [
        ("2024-01-05", "2024-01-05 23:59:59"),  # a bare day ends at its end
        ("2024-01-05 10:00", "2024-01-05 10:00:00"),
        ("2024-01-01", "2024-01-01 23:59:59"),
        ("2023-12-31", "2024-01-01 12:00:01"),  # never before the lead itself
        ("2024-01-01 12:00", "2024-01-01 12:00:01"),
        ("", "2024-01-31 12:00:00"),
    ],
)
def test_a_closing_moment_is_read(load_sqlite: Load, sqlite_engine: Engine, closed: str, expected: str) -> None:
    load_sqlite(
        mapping({**WON_LOST, "closed_at": "closed"}), l=f"id,created,end,closed\na,2024-01-01 12:00,yes,{closed}\n"
    )
    assert closings(sqlite_engine) == {"a": ("contract_signed", expected)}


def test_a_bad_closing_moment_rejects_a_closed_lead_only(load_sqlite: Load) -> None:
    content = "id,created,end,closed\na,2024-01-01,yes,soon\nb,2024-01-01,,soon\n"
    assert load_sqlite(mapping({**WON_LOST, "closed_at": "closed"}), l=content).tables["leads"]["rejected"] == 1


def test_an_outcome_that_is_none_of_the_conditions_is_rejected(load_sqlite: Load) -> None:
    report = load_sqlite(mapping(WON_LOST), l="id,created,end\na,2024-01-01,perhaps\nb,2024-01-01,no\n")
    assert report.tables["leads"]["rejected"] == 1
    assert report.rejects_file is not None
    assert "the outcome must meet one of the conditions won, lost" in report.rejects_file.read_text(encoding="utf-8")


def test_an_open_condition_closes_the_list(load_sqlite: Load) -> None:
    outcome = {**WON_LOST, "open": {"column": "end", "in": ["pending"]}}
    report = load_sqlite(mapping(outcome), l="id,created,end\na,2024-01-01,pending\nb,2024-01-01,\n")
    assert (report.tables["leads"]["inserted"], report.tables["leads"]["rejected"]) == (1, 1)


def test_outcome_columns_are_no_attributes(load_sqlite: Load, sqlite_engine: Engine) -> None:
    load_sqlite(
        mapping({**WON_LOST, "closed_at": "closed"}), l="id,created,end,closed,x\na,2024-01-01,yes,2024-01-05,1\n"
    )
    assert rows(sqlite_engine, "SELECT name FROM attribute_definitions") == [("x",)]


def test_numbers_compare_as_numbers(load_sqlite: Load, sqlite_engine: Engine) -> None:
    outcome = {"won": {"column": "end", "equals": 1}, "lost": {"column": "end", "equals": 0}}
    load_sqlite(mapping(outcome), l="id,created,end\na,2024-01-01,1.0\nb,2024-01-01,0\n")
    assert {lead: stage for lead, (stage, _) in closings(sqlite_engine).items()} == {
        "a": "contract_signed",
        "b": "lost",
    }


def test_a_corrected_outcome_is_an_update(load: Load, engine: Engine) -> None:
    load(mapping(WON_LOST), l="id,created,end\na,2024-01-01,no\n")
    report = load(mapping(WON_LOST), now=LATER, l="id,created,end\na,2024-01-01,yes\n")
    assert report.tables["stage_events"]["updated"] == 1
    assert {lead: stage for lead, (stage, _) in closings(engine).items()} == {"a": "contract_signed"}
    assert (
        str(rows(engine, "SELECT recorded_at FROM stage_events WHERE event_id = 'a|outcome'")[0][0])[:10]
        == "2025-02-01"
    )


def test_no_outcome_at_all_is_no_fault_of_the_import(load_sqlite: Load) -> None:
    assert load_sqlite(mapping(WON_LOST), l="id,created,end\na,2024-01-01,\n").tables["leads"]["inserted"] == 1
