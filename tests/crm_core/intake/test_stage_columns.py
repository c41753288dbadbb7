from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Engine

from crm_core.errors import MappingError
from crm_core.mapping import parse_mapping
from tests.crm_core.conftest import LATER, Load, rows

MAPPING: dict[str, Any] = {
    "history": True,
    "source": {"timezone": "UTC"},
    "tables": {
        "leads": {"file": "deals.csv", "columns": {"lead_id": "Id", "created_at": "Created"}},
        "stage_events": {
            "file": "deals.csv",
            "columns": {"lead_id": "Id"},
            "formats": {"entered_at": "%m/%d/%Y"},
            "stage_columns": {"Entered demo": "solution_demo", "Entered won": "contract_signed"},
        },
    },
}
DEALS = "Id,Created,Source,Entered demo,Entered won\n1,2024-01-01,web,01/05/2024,02/01/2024\n2,2024-01-02,fair,,\n"


def events(engine: Engine) -> list[tuple[str, str, str]]:
    found = rows(engine, "SELECT lead_id, stage, entered_at FROM stage_events ORDER BY entered_at")
    return [(lead, stage, str(at)[:10]) for lead, stage, at in found]


def test_each_filled_column_is_an_entry_into_its_stage(load: Load, engine: Engine) -> None:
    report = load(MAPPING, deals=DEALS)
    assert events(engine) == [("1", "solution_demo", "2024-01-05"), ("1", "contract_signed", "2024-02-01")]
    assert report.notes == []


def test_the_moments_of_stages_are_no_attributes(load: Load, engine: Engine) -> None:
    load(MAPPING, deals=DEALS)
    found = rows(engine, "SELECT attributes FROM leads WHERE lead_id = '1'")[0][0]
    assert (json.loads(found) if isinstance(found, str) else found) == {"source": "web"}


def test_moments_of_stages_that_would_be_attributes_are_told(load_sqlite: Load) -> None:
    """They are filled the further a lead goes: a model would look good, and be of no use to a new lead."""
    deals = 'Id,Created,"Date entered ""demo""",hs_date_entered_won\n1,2024-01-01,2024-01-05,\n'
    leads = {"tables": {"leads": MAPPING["tables"]["leads"]}}
    assert load_sqlite(leads, deals=deals).notes == [
        'deals.csv: Date entered "demo", hs_date_entered_won will be attributes of leads, but look like moments of '
        "entering a stage, which tell how the lead went on: name them under stage_columns of stage_events, "
        "or drop them."
    ]


def test_a_corrected_moment_is_an_update(load: Load, engine: Engine) -> None:
    load(MAPPING, deals=DEALS)
    report = load(MAPPING, now=LATER, deals=DEALS.replace("01/05/2024", "01/06/2024"))
    assert events(engine)[0] == ("1", "solution_demo", "2024-01-06")
    assert report.tables["stage_events"]["updated"] == 1


def test_columns_of_one_stage_are_entries_of_their_own(load_sqlite: Load, sqlite_engine: Engine) -> None:
    both = {"Entered demo": "negotiation", "Entered won": "negotiation"}
    part = {**MAPPING["tables"]["stage_events"], "stage_columns": both}
    report = load_sqlite({**MAPPING, "tables": {**MAPPING["tables"], "stage_events": part}}, deals=DEALS)
    assert [at for _, _, at in events(sqlite_engine)] == ["2024-01-05", "2024-02-01"]
    assert report.notes == []


def test_a_bad_moment_is_told_with_its_column(load_sqlite: Load) -> None:
    report = load_sqlite(MAPPING, deals=DEALS.replace("01/05/2024", "13/05/2024"))
    assert report.rejects_file
    assert "deals.csv,2,Entered demo,entered_at must be a moment" in report.rejects_file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"stage_columns": {"Entered": "solution_demo"}},
            "stage_columns must name a column of deals.csv, but got 'Entered'",
        ),
        ({"stage_columns": {"Entered won": "won"}}, "stage_columns must map to stages of the funnel"),
    ],
)
def test_what_is_not_there_is_refused(load_sqlite: Load, change: dict[str, Any], message: str) -> None:
    part = {**MAPPING["tables"]["stage_events"], **change}
    with pytest.raises(MappingError, match=message):
        load_sqlite({**MAPPING, "tables": {**MAPPING["tables"], "stage_events": part}}, deals=DEALS)


def test_only_stage_events_have_stage_columns() -> None:
    with pytest.raises(MappingError, match=r"tables\.leads must not have stage_columns"):
        parse_mapping({"tables": {"leads": {"file": "x.csv", "stage_columns": {"a": "captured"}}}})
