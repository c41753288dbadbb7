from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.errors import MappingError
from crm_core.intake.numbers import product
from crm_core.mapping import parse_mapping
from tests.crm_core.conftest import LATER, Load, everything, rows, with_intake

COLUMNS = {
    "order_id": "Invoice",
    "customer_id": "Customer ID",
    "ordered_at": "InvoiceDate",
    "amount": "Price",
    "quantity": "Quantity",
    "category": "StockCode",
}
LINES = """Invoice,StockCode,Quantity,InvoiceDate,Price,Customer ID
489434,85048,12,2009-12-01 07:45:00,6.95,13085.0
489435,22350,1000,2009-12-01 07:46:00,0.042,13085.0
489434,79323P,10,2009-12-01 07:44:00,6.75,13085.0
C489449,22087,-12,2009-12-01 10:33:00,2.95,16321.0
489434,21523,,2009-12-01 07:45:00,5,13085.0
489436,21871,1,2009-12-01 09:06:00,1.25,
"""


def mapping(lines: str = "unit_price", decimal: str = ".") -> dict[str, Any]:
    part = {"file": "lines.csv", "columns": COLUMNS, "lines": lines}
    return {"source": {"timezone": "UTC", "decimal": decimal}, "history": True, "tables": {"orders": part}}


def orders(engine: Engine) -> list[Any]:
    return rows(engine, "SELECT order_id, amount_cents, quantity, category, ordered_at FROM orders ORDER BY 1")


@pytest.mark.parametrize("chunk_rows", [1, 2, 100])
def test_lines_of_an_invoice_are_one_order(load: Load, engine: Engine, settings: Settings, chunk_rows: int) -> None:
    report = load(mapping(), settings=with_intake(settings, chunk_rows=chunk_rows), lines=LINES)
    found = [(*row[:4], str(row[4])[11:16]) for row in orders(engine)]
    assert found == [
        ("489434", 15090, 22, "85048", "07:44"),
        ("489435", 4200, 1000, "22350", "07:46"),
        ("C489449", -3540, -12, "22087", "10:33"),
    ]
    assert report.tables["orders"] == {"read": 6, "inserted": 3, "updated": 0, "unchanged": 1, "rejected": 2}
    assert "4 lines were summed into 3 orders." in report.notes


def test_rejected_lines_keep_their_reason(load_sqlite: Load) -> None:
    report = load_sqlite(mapping(), lines=LINES)
    assert report.rejects_file
    told = report.rejects_file.read_text(encoding="utf-8")
    assert "lines.csv,6,Quantity,quantity is required where amount is a unit price," in told
    assert "lines.csv,7,Customer ID,customer_id is required," in told


def test_the_same_lines_again_change_nothing(load: Load, engine: Engine) -> None:
    load(mapping(), lines=LINES)
    before = everything(engine)
    report = load(mapping(), now=LATER)
    assert everything(engine) == before
    assert report.tables["orders"]["unchanged"] == 4


def test_further_lines_of_a_stored_order_replace_it_and_that_is_told(load: Load, engine: Engine) -> None:
    first, last = LINES.splitlines()[0], LINES.splitlines()[3]
    assert not any("replaces" in note for note in load(mapping(), lines=LINES).notes)
    report = load(mapping(), now=LATER, lines=f"{first}\n{last}\n")
    assert orders(engine)[0][:2] == ("489434", 6750)
    assert any(note.startswith("1 of these orders were stored with other values") for note in report.notes)


def test_amounts_of_lines_are_summed_as_they_are(load_sqlite: Load, sqlite_engine: Engine) -> None:
    load_sqlite(mapping("amount"), lines=LINES)
    assert orders(sqlite_engine)[0][1] == 1870


def test_a_decimal_comma_multiplies_as_well() -> None:
    found = product(pa.array(["1.234,50", "0,5"]), pa.array(["2", "3,0"]), ",")
    assert found.to_pylist() == ["2469,000000", "1,500000"]


def test_lines_without_their_number_of_pieces_are_refused() -> None:
    part = {"file": "x.csv", "columns": {"order_id": "a", "amount": "b"}, "lines": "unit_price"}
    with pytest.raises(MappingError, match="only orders with the columns order_id, amount and quantity have"):
        parse_mapping({"tables": {"orders": part}})


def test_an_import_without_orders_tells_nothing_of_orders(load_sqlite: Load) -> None:
    assert set(load_sqlite(customers="customer_id,name\nC1,Acme\n").tables) == {"customers"}
