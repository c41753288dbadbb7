"""Files of bare rows: no header line, blanks between the columns, no number of the order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from crm_core.errors import ImportFault, MappingError
from crm_core.mapping import parse_mapping
from tests.crm_core.conftest import LATER, Load, everything, rows

NAMES = ["customer", "day", "pieces", "dollars"]
COLUMNS = {"customer_id": "customer", "ordered_at": "day", "quantity": "pieces", "amount": "dollars"}
CDNOW = " 00001 19970101  1  11.77\n 00002 19970112  1  12.00\n 00002 19970112  5  77.00\n 00001 19970101  1  11.77\n"


def mapping(delimiter: str = "spaces", **orders: Any) -> dict[str, Any]:
    part = {"file": "orders.csv", "header": NAMES, "columns": COLUMNS}
    return {"source": {"delimiter": delimiter, "timezone": "UTC"}, "tables": {"orders": {**part, **orders}}}


def test_rows_without_header_and_number_each_count(load: Load, engine: Engine) -> None:
    report = load(mapping(), orders=CDNOW)
    assert report.tables["orders"]["inserted"] == 4
    assert rows(engine, "SELECT customer_id, sum(amount_cents) FROM orders GROUP BY 1 ORDER BY 1") == [
        ("00001", 2354),
        ("00002", 8900),
    ]
    assert report.notes == ["orders.csv: no order_id is mapped, so each row counts as one of orders."]


def test_the_same_rows_again_change_nothing_and_more_rows_are_added(load: Load, engine: Engine) -> None:
    load(mapping(), orders=CDNOW)
    before = everything(engine)
    load(mapping(), now=LATER)
    assert everything(engine) == before
    report = load(mapping(), now=LATER, orders=CDNOW + " 00001 19970101  1  11.77\n")
    assert (report.tables["orders"]["inserted"], report.tables["orders"]["unchanged"]) == (1, 4)


def test_a_fault_in_the_first_row_is_of_line_1(load_sqlite: Load) -> None:
    report = load_sqlite(mapping(), orders="00001 19971301 1 11.77\n\n00001 19970101 1\n" + CDNOW)
    assert report.rejects_file
    told = report.rejects_file.read_text(encoding="utf-8").splitlines()
    assert told[1].startswith("orders,orders.csv,1,day,") or told[2].startswith("orders,orders.csv,1,day,")
    assert any(line.startswith("orders,orders.csv,3,,a row must have the header's 4 fields") for line in told)


def test_names_are_given_to_any_delimiter(load_sqlite: Load, sqlite_engine: Engine) -> None:
    load_sqlite(mapping(","), orders="00001,1997-01-01,1,11.77\n")
    assert rows(sqlite_engine, "SELECT order_id FROM orders") == [("00001|1997-01-01T00:00:00.000000Z|1177|0",)]


def test_activities_without_number_each_count(load_sqlite: Load, sqlite_engine: Engine) -> None:
    part = {"file": "calls.csv", "columns": {"occurred_at": "at", "kind": "what", "customer_id": "who"}}
    load_sqlite(
        {"tables": {"activities": part}},
        calls="at,what,who\n2024-01-01,call,c1\n2024-01-01,call,c2\n2024-01-01,call,c1\n",
    )
    assert rows(sqlite_engine, "SELECT customer_id, count(*) FROM activities GROUP BY 1 ORDER BY 1") == [
        ("c1", 2),
        ("c2", 1),
    ]


def test_a_bundle_still_needs_the_number(load_sqlite: Load) -> None:
    with pytest.raises(ImportFault, match="must have order_id for table orders"):
        load_sqlite(orders="customer_id,ordered_at,amount\nc1,2024-01-01,5\n")


def test_a_number_that_is_mapped_must_be_there(load_sqlite: Load) -> None:
    part = {
        "file": "orders.csv",
        "columns": {"order_id": "no", "customer_id": "who", "ordered_at": "day", "amount": "a"},
    }
    report = load_sqlite({"tables": {"orders": part}}, orders="no,who,day,a\n1,c1,2024-01-01,5\n,c1,2024-01-02,5\n")
    assert report.tables["orders"]["rejected"] == 1


def test_names_for_a_parquet_file_are_refused(load_sqlite: Load, bundle: Path) -> None:
    (bundle / "orders.parquet").write_bytes(b"PAR1")
    with pytest.raises(MappingError, match=r"header must be of a CSV file without header line, but orders\.parquet"):
        load_sqlite(mapping(file="orders.parquet"))


def test_a_delimiter_of_two_characters_is_refused() -> None:
    with pytest.raises(MappingError, match="delimiter"):
        parse_mapping(mapping("||"))
