from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.intake.attribute_kinds import kind_of
from crm_core.queries import AttributeDefinition, attribute_definitions
from tests.crm_core.conftest import LATER, Load, everything, rows, with_intake


def attributes(engine: Engine) -> dict[str, Any]:
    found = rows(engine, "SELECT lead_id, attributes FROM leads")
    return {lead: json.loads(words) if isinstance(words, str) else words for lead, words in found}


def kinds(engine: Engine) -> dict[str, str]:
    return {known.slug: known.kind for known in attribute_definitions(engine)}


KINDS = [
    ("x", ["1", "2.5", "-3"], "number"),
    ("x", ["1,200", "¥3,400.50"], "number"),
    ("x", ["1", "007"], "category"),
    ("Postcode", ["100000", "200000"], "category"),
    ("leadId", ["17", "18"], "category"),
    ("客户编号", ["17", "18"], "category"),
    ("Lead Number", ["6601", "6602"], "category"),
    ("number", ["1", "20"], "number"),
    ("visits", [str(n) for n in range(500)], "number"),
    ("serial", [str(10_000_000 + n) for n in range(500)], "text"),
    ("phone", ["13800138000", "13900139000"], "category"),
    ("x", ["yes", "no"], "boolean"),
    ("x", ["TRUE", "False"], "boolean"),
    ("x", ["Y", "N"], "boolean"),
    ("x", ["0", "1"], "number"),
    ("x", ["2024-01-05", "2024/1/6 10:00"], "moment"),
    ("x", ["2024-01-05", "later"], "category"),
    ("x", ["red", "green"], "category"),
    ("x", [f"word {n}" for n in range(300)], "text"),
    ("x", ["long " * 30], "text"),
    ("x", ["12k"], "category"),
]


@pytest.mark.parametrize(("name", "values", "kind"), KINDS)
def test_the_kind_of_an_attribute_is_found_by_inspection(name: str, values: list[str], kind: str) -> None:
    assert kind_of(name, pa.array(values), "UTC", 200, is_typed=False) == kind


def test_types_of_parquet_are_honoured(load_sqlite: Load, sqlite_engine: Engine, bundle: Path) -> None:
    moment = datetime(2024, 1, 1, 12, tzinfo=UTC)
    content = {
        "lead_id": ["1", "2"], "created_at": [moment, moment], "words": ["12", "13"], "whole": [12, None],
        "real": [1.5, float("nan")], "truth": [True, None], "at": [moment, None],
        "coded": pa.array(["a", "b"]).dictionary_encode(),
        "list": [[1, 2], None], "agent_id": [5, 6],
    }  # fmt: skip
    pq.write_table(pa.table(content), bundle / "leads.parquet")
    load_sqlite()
    assert kinds(sqlite_engine) == {
        "words": "category", "whole": "number", "real": "number", "truth": "boolean", "at": "moment",
        "coded": "category",
        "list": "category", "agent_id": "category",
    }  # fmt: skip
    assert attributes(sqlite_engine) == {
        "1": {
            "words": "12",
            "whole": 12,
            "real": 1.5,
            "truth": True,
            "at": "2024-01-01T12:00:00Z",
            "coded": "a",
            "list": "[1, 2]",
            "agent_id": "5",
        },
        "2": {"words": "13", "coded": "b", "agent_id": "6"},
    }


def test_a_value_that_does_not_fit_is_kept_and_widens_the_kind(load: Load, engine: Engine) -> None:
    load(leads="lead_id,created_at,Size\na,2024-01-01,50\n")
    assert kinds(engine) == {"size": "number"}
    load(now=LATER, leads="lead_id,created_at,Size\nb,2024-01-01,many\n")
    assert kinds(engine) == {"size": "category"}
    assert attributes(engine) == {"a": {"size": 50}, "b": {"size": "many"}}


def test_widening_within_an_import_is_idempotent(load: Load, engine: Engine, settings: Settings) -> None:
    small = with_intake(settings, chunk_rows=2, inspect_rows=2)
    content = (
        "lead_id,created_at,Flag,Size\n"
        "a,2024-01-01,yes,1\nb,2024-01-01,no,2\nc,2024-01-01,perhaps,007\nd,2024-01-01,yes,4\n"
    )
    load(settings=small, leads=content)
    before = everything(engine)
    load(settings=small, now=LATER)
    assert everything(engine) == before
    assert kinds(engine) == {"flag": "category", "size": "category"}
    assert attributes(engine)["d"] == {"flag": True, "size": 4}


def test_a_column_that_is_empty_at_first_is_defined_when_a_value_comes(
    load: Load, engine: Engine, settings: Settings
) -> None:
    small = with_intake(settings, chunk_rows=1, inspect_rows=1)
    load(settings=small, leads="lead_id,created_at,Late,Never\na,2024-01-01,,\nb,2024-01-01,5,\n")
    assert kinds(engine) == {"late": "number"}
    assert attributes(engine) == {"a": {}, "b": {"late": 5}}


def test_nulls_are_no_values(load: Load, engine: Engine) -> None:
    words = ["", "NULL", "null", "NaN", "nan", "None", "N/A", "n/a", " "]
    lines = "".join(f"l{n},2024-01-01,{word}\n" for n, word in enumerate(words))
    load(leads=f"lead_id,created_at,x\n{lines}z,2024-01-01,5\n")
    assert kinds(engine) == {"x": "number"}


def test_two_names_with_one_slug_stay_apart(load: Load, engine: Engine) -> None:
    load(leads="lead_id,created_at,Total Visits,total-visits,客户 规模\na,2024-01-01,1,2,大\n")
    assert attributes(engine) == {"a": {"total_visits": 1, "total_visits_2": 2, "客户_规模": "大"}}
    load(now=LATER, leads="lead_id,created_at,total-visits,Total Visits\nb,2024-01-01,2,1\n")
    assert attributes(engine)["b"] == {"total_visits": 1, "total_visits_2": 2}


def test_accepted_columns_are_noted(load: Load, engine: Engine) -> None:
    mapping = {"tables": {"leads": {"file": "leads.csv", "accept": ["Score"]}}}
    load(mapping, leads="lead_id,created_at,Score,Other\na,2024-01-01,1,2\n")
    assert attribute_definitions(engine) == [
        AttributeDefinition("lead", "Other", "other", "number"),
        AttributeDefinition("lead", "Score", "score", "number", is_accepted=True),
    ]


def test_a_list_of_attributes_keeps_the_others_out(load_sqlite: Load, sqlite_engine: Engine) -> None:
    mapping = {"tables": {"leads": {"file": "leads.csv", "attributes": ["a"]}}}
    load_sqlite(mapping, leads="lead_id,created_at,a,b\n1,2024-01-01,1,2\n")
    assert kinds(sqlite_engine) == {"a": "number"}
