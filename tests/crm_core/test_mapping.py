from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from sqlalchemy import Engine

from crm_core.errors import ImportFault, MappingError
from crm_core.importer import import_path
from crm_core.mapping import DEFAULT_NULLS, Mapping, parse_mapping, read_mapping
from tests.crm_core.conftest import LATER, NOW, Load, rows

DOCUMENT = Path(__file__).parents[2] / "docs" / "mapping.md"

CONTRACT_EXAMPLE = """
source: {format: csv, delimiter: ",", encoding: utf-8, timezone: Asia/Shanghai}
history: true
constants: {currency: CNY}
tables:
  leads:
    file: Leads.csv                  # relative to the import path; a glob is allowed
    columns: {lead_id: Prospect ID, channel_id: Lead Source, created_at: Created}
    attributes: "*"                  # every column not mapped; or a list
    drop: [Internal Note]
    nulls: ["", Select, unknown]
    values: {channel_id: {google: Google}}
    outcome:                         # for exports without stage history; gives stage events
      won: {column: Converted, equals: 1}
      lost: {column: Converted, equals: 0}
      open: {column: Converted, is_null: true}
      closed_at: Closed              # optional; without it the configured horizon after created_at
  stage_events:
    file: events.csv
    columns: {lead_id: case, stage: activity, entered_at: time}
    stages: {A_SUBMITTED: captured, A_APPROVED: contract_signed, A_DECLINED: lost}   # others are kept as activities
"""
LEADS = """Prospect ID,Lead Source,Created,Internal Note,Converted,Closed,Pages
p1,google,2024-01-01,x,1,2024-01-05,3
p2,Select,2024-01-02,x,0,,4
p3,Fair,2024-01-03,x,,,unknown
"""
EVENTS = """case,activity,time
p1,A_SUBMITTED,2024-01-01 08:00
p1,W_Call,2024-01-01 09:00
p1,W_Call,2024-01-01 09:00
p1,A_APPROVED,2024-01-02 08:00
"""


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for info in model.model_fields.values():
        for part in (info.annotation, *get_args(info.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from _models(part)


def test_every_key_of_a_mapping_is_documented() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    keys = {info.alias or name for model in _models(Mapping) for name, info in model.model_fields.items()}
    assert len(keys) > 20
    assert [key for key in sorted(keys) if f"`{key}`" not in text] == []


def test_the_documents_default_nulls_are_the_programs() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert [word for word in DEFAULT_NULLS if word and f"`{word}`" not in text] == []


def test_the_documents_example_is_a_mapping(tmp_path: Path) -> None:
    example = DOCUMENT.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    (tmp_path / "m.yaml").write_text(example, encoding="utf-8")
    assert "leads" in read_mapping(tmp_path / "m.yaml").tables


def test_the_contracts_example_loads_an_export(engine: Engine, tmp_path: Path, settings: Any) -> None:
    (tmp_path / "m.yaml").write_text(CONTRACT_EXAMPLE, encoding="utf-8")
    (tmp_path / "Leads.csv").write_text(LEADS, encoding="utf-8")
    (tmp_path / "events.csv").write_text(EVENTS, encoding="utf-8")
    mapping = read_mapping(tmp_path / "m.yaml")
    report = import_path(engine, tmp_path, mapping, settings, NOW, tmp_path)
    assert {table: counts["inserted"] for table, counts in report.tables.items()} == {
        "leads": 3,
        "stage_events": 7,
        "activities": 2,
    }
    found = rows(engine, "SELECT lead_id, channel_id, attributes FROM leads ORDER BY 1")
    assert [(lead, channel) for lead, channel, _ in found] == [("p1", "Google"), ("p2", None), ("p3", "Fair")]
    assert [str(words).replace("'", '"').replace(" ", "") for _, _, words in found] == [
        '{"pages":3}',
        '{"pages":4}',
        "{}",
    ]
    events = rows(engine, "SELECT event_id, stage FROM stage_events WHERE event_id LIKE '%outcome' ORDER BY 1")
    assert events == [("p1|outcome", "contract_signed"), ("p2|outcome", "lost")]


def test_a_second_import_of_events_finds_the_same_activities(engine: Engine, tmp_path: Path, settings: Any) -> None:
    (tmp_path / "m.yaml").write_text(CONTRACT_EXAMPLE, encoding="utf-8")
    (tmp_path / "events.csv").write_text(EVENTS, encoding="utf-8")
    mapping = read_mapping(tmp_path / "m.yaml")
    import_path(engine, tmp_path, mapping, settings, NOW, tmp_path)
    report = import_path(engine, tmp_path, mapping, settings, LATER, tmp_path)
    assert report.tables["activities"] == {"read": 2, "inserted": 0, "updated": 0, "unchanged": 2, "rejected": 0}
    assert rows(engine, "SELECT kind, rep_id FROM activities") == [("W_Call", None)] * 2


FAULTS: list[tuple[dict[str, Any], str]] = [
    (
        {"tabels": {}, "tables": {"leads": {"file": "a"}}},
        "its top level has the unknown key 'tabels' .*did you mean tables",
    ),
    (
        {"tables": {"leads": {"file": "a", "colums": {}}}},
        "tables.leads has the unknown key 'colums' .*did you mean columns",
    ),
    (
        {"tables": {"leads": {"file": "a", "outcome": {"win": {}, "won": {"column": "x", "equals": 1}}}}},
        "tables.leads.outcome has the unknown key 'win' .known: won, lost, open, closed_at; did you mean won",
    ),
    (
        {"source": {"delimeter": ";"}, "tables": {"leads": {"file": "a"}}},
        "source has the unknown key 'delimeter' .*did you mean delimiter",
    ),
    ({"tables": {}}, "tables"),
    ({"tables": {"leads": {}}}, "tables.leads.file is missing"),
    ({"tables": {"deals": {"file": "a"}}}, "tables must be among channels, .*, but got deals"),
    (
        {"tables": {"leads": {"file": "a", "columns": {"led": "x"}}}},
        "tables.leads.columns must name columns of leads .*, but got led",
    ),
    (
        {"tables": {"leads": {"file": "a", "outcome": {"won": {"column": "x"}}}}},
        "won must have exactly one of equals, in and is_null",
    ),
    (
        {"tables": {"orders": {"file": "a", "outcome": {"won": {"column": "x", "equals": 1}}}}},
        "must not have an outcome",
    ),
    ({"tables": {"orders": {"file": "a", "stages": {"a": "lost"}}}}, "must not have stages"),
    ({"tables": {"orders": {"file": "a", "attributes": ["x"]}}}, "must not have attributes or accept"),
    ({"source": {"timezone": "Mars"}, "tables": {"leads": {"file": "a"}}}, "source.timezone must be an IANA zone"),
    (
        {"source": {"encoding": "utf-9"}, "tables": {"leads": {"file": "a"}}},
        "source.encoding must be an encoding Python knows",
    ),
    (
        {"constants": {"colour": "x"}, "tables": {"leads": {"file": "a"}}},
        "constants must name columns of the bundle, but got colour",
    ),
    (
        {"tables": {"leads": {"file": "a", "formats": {"created_at": "dd/mm/yyyy"}}}},
        "tables.leads.formats.created_at must be a strptime pattern such as .*, but got 'dd/mm/yyyy'",
    ),
    (
        {"tables": {"leads": {"file": "a", "formats": {"created_at": "%Q"}}}},
        "tables.leads.formats.created_at must be a strptime pattern such as .*, but got '%Q'",
    ),
    (
        {"tables": {"leads": {"file": "a", "formats": {"budget": "%Y"}}}},
        "tables.leads.formats must be of columns of moments or dates, but budget is of kind money",
    ),
]


@pytest.mark.parametrize(("content", "sentence"), FAULTS)
def test_a_faulty_mapping_is_refused_with_place_and_rule(content: dict[str, Any], sentence: str) -> None:
    with pytest.raises(MappingError, match=sentence) as caught:
        parse_mapping(content)
    assert "\n" not in str(caught.value)


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("tables:\n  leads: {file: a}\n  leads: {file: b}\n", encoding="utf-8")
    with pytest.raises(MappingError, match=r"the key 'leads' stands twice.* line 3"):
        read_mapping(tmp_path / "m.yaml")


def test_what_a_mapping_names_in_vain_is_told(load_sqlite: Load) -> None:
    mapping = {"tables": {"leads": {"file": "leads.csv", "drop": ["Notiz"]}, "orders": {"file": "order*.csv"}}}
    report = load_sqlite(mapping, leads="lead_id,created_at,Notizen\nl1,2024-01-01,x\n")
    assert report.notes == [
        "orders: no file is named order*.csv, so the table is absent.",
        "leads.csv: nothing to drop, for it has no column Notiz. Did you mean 'Notizen'?",
    ]


def test_words_in_a_mapping_are_taken_as_they_stand(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(
        "tables: {leads: {file: a, outcome: {won: {column: y, in: [yes, 007]}}}}", encoding="utf-8"
    )
    outcome = read_mapping(tmp_path / "m.yaml").tables["leads"].outcome
    assert outcome is not None
    assert outcome.won.in_ == ["yes", "007"]


def test_constants_formats_and_values_reach_their_columns(load: Load, engine: Engine) -> None:
    mapping = {
        "tables": {
            "activities": {
                "file": "log.csv",
                "columns": {"activity_id": "no", "occurred_at": "when", "direction": "dir"},
                "constants": {"kind": "call"},
                "formats": {"occurred_at": "%d/%m/%Y %H:%M"},
                "values": {"direction": {"I": "in", "O": "out"}},
            }
        }
    }
    load(mapping, log="no,when,dir\n1,31/12/2024 10:00,I\n2,01/02/2024 10:00,?\n")
    found = rows(engine, "SELECT activity_id, occurred_at, kind, direction FROM activities ORDER BY 1")
    assert [(i, str(at)[:16], kind, way) for i, at, kind, way in found] == [
        ("1", "2024-12-31 02:00", "call", "in"),
        ("2", "2024-02-01 02:00", "call", "?"),
    ]


def test_a_decimal_comma_is_read_where_the_source_says_so(load_sqlite: Load, sqlite_engine: Engine) -> None:
    mapping = {"source": {"delimiter": ";", "decimal": ","}, "tables": {"leads": {"file": "leads.csv"}}}
    load_sqlite(
        mapping,
        leads="lead_id;created_at;expected_amount;employee_count;Score;Seen;Note\n"
        "a;2024.01.05;1.234,50;1.200;0,5;2024.01.06;x, y. z\nb;2024-01-05;€ 12,5;;1.000;;u\nc;2024-01-05;12.5;;;;\n",
    )
    found = rows(sqlite_engine, "SELECT lead_id, expected_amount_cents, employee_count, attributes FROM leads")
    assert found == [
        ("a", 123450, 1200, '{"note":"x, y. z","score":0.5,"seen":"2024-01-05T16:00:00Z"}'),
        ("b", 1250, None, '{"note":"u","score":1000}'),
    ]


def test_a_decimal_comma_without_a_word_of_the_source_is_refused_with_the_remedy(load_sqlite: Load) -> None:
    with pytest.raises(ImportFault, match=r"has '1\.234,50'; if its comma is the decimal mark, set source\.decimal"):
        load_sqlite(leads='lead_id,created_at,expected_amount\na,2024-01-05,"1.234,50"\n')


def test_a_glob_takes_all_its_files(load_sqlite: Load) -> None:
    mapping = {"tables": {"channels": {"file": "part*.csv"}}}
    report = load_sqlite(mapping, part1="channel_id,name\na,A\n", part2="channel_id,name\nb,B\na,A\n")
    assert report.tables["channels"] == {"read": 3, "inserted": 2, "updated": 0, "unchanged": 1, "rejected": 0}
