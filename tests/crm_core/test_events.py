from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.errors import UnknownTableError
from crm_core.events import RowFault, upsert_rows
from crm_core.queries import attribute_definitions, last_change_seq
from tests.crm_core.conftest import LATER, NOW, Load, everything, rows

EVENT = {"lead_id": "l1", "stage": "captured", "entered_at": "2024-01-05T10:00:00Z"}


def test_rows_are_written_as_learnt_now(engine: Engine, settings: Settings) -> None:
    counts, faults = upsert_rows(engine, "stage_events", [EVENT], settings, NOW)
    assert (counts, faults) == ({"read": 1, "inserted": 1, "updated": 0, "unchanged": 0, "rejected": 0}, [])
    [(recorded_at, backfilled)] = rows(engine, "SELECT recorded_at, is_backfilled FROM stage_events")
    assert (str(recorded_at)[:10], bool(backfilled)) == ("2025-01-01", False)


def test_a_row_sent_twice_changes_nothing(engine: Engine, settings: Settings) -> None:
    upsert_rows(engine, "stage_events", [EVENT], settings, NOW)
    before = everything(engine)
    counts, _ = upsert_rows(engine, "stage_events", [EVENT, EVENT], settings, LATER)
    assert counts["unchanged"] == 2
    assert everything(engine) == before


def test_a_row_that_was_imported_is_the_same_row_when_sent(load: Load, engine: Engine, settings: Settings) -> None:
    load(leads="lead_id,created_at,employee_count,expected_amount,Size,Hot\nl1,2024-01-05 10:00,5,99.5,50,yes\n")
    row = {
        "lead_id": "l1", "created_at": "2024-01-05T02:00:00Z", "employee_count": 5, "expected_amount": 99.5,
        "attributes": {"Size": 50, "Hot": True},
    }  # fmt: skip
    counts, faults = upsert_rows(engine, "leads", [row], settings, LATER)
    assert (counts["unchanged"], faults) == (1, [])


def test_each_row_stands_for_itself(engine: Engine, settings: Settings) -> None:
    bad = [
        {**EVENT, "stage": "gone"},
        EVENT,
        {"lead_id": "l2"},
        {**EVENT, "colour": "red"},
        {**EVENT, "recorded_at": "2020-01-01"},
    ]
    counts, faults = upsert_rows(engine, "stage_events", bad, settings, NOW)
    assert (counts["inserted"], counts["rejected"]) == (1, 4)
    assert [(fault.index, fault.column) for fault in faults] == [
        (0, "stage"),
        (2, "stage"),
        (2, "entered_at"),
        (3, "colour"),
        (4, "recorded_at"),
    ]
    assert faults[0].value == "gone"


def test_when_all_rows_are_bad_nothing_is_numbered(engine: Engine, settings: Settings) -> None:
    counts, _ = upsert_rows(engine, "orders", [{"order_id": "o"}], settings, NOW)
    assert (counts["rejected"], last_change_seq(engine)) == (1, 0)


def test_an_attribute_may_bear_the_name_of_a_column(engine: Engine, settings: Settings) -> None:
    row = {
        "lead_id": "l1",
        "created_at": "2024-01-05",
        "industry": "steel",
        "attributes": {"industry": "heavy"},
        "Extra": [1],
    }
    upsert_rows(engine, "leads", [row], settings, NOW)
    [(industry, words)] = rows(engine, "SELECT industry, attributes FROM leads")
    assert (industry, json.loads(words) if isinstance(words, str) else words) == (
        "steel",
        {"extra": "[1]", "industry": "heavy"},
    )
    assert [known.name for known in attribute_definitions(engine)] == ["Extra", "industry"]


@pytest.mark.parametrize("value", ["\ud800", {"a": "\ud800"}])
def test_text_that_is_no_unicode_is_refused(engine: Engine, settings: Settings, value: Any) -> None:
    rows_ = [{"channel_id": "a", "name": value}, {"channel_id": "b", "name": "B\0"}]
    counts, faults = upsert_rows(engine, "channels", rows_, settings, NOW)
    assert (counts["inserted"], counts["rejected"]) == (1, 1)
    assert faults[0].rule == "text must be valid Unicode"
    assert rows(engine, "SELECT name FROM channels") == [("B",)]


def test_attributes_that_are_no_object_are_refused(engine: Engine, settings: Settings) -> None:
    _, faults = upsert_rows(
        engine, "leads", [{"lead_id": "l", "created_at": "2024-01-01", "attributes": 5}], settings, NOW
    )
    assert faults == [RowFault(0, "attributes", "attributes must be an object of names and values", "5")]


def test_an_unknown_table_is_refused(engine: Engine, settings: Settings) -> None:
    with pytest.raises(UnknownTableError):
        upsert_rows(engine, "deals", [], settings, NOW)
