"""Each way in which an export can be unusable: one clear sentence, and nothing stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from crm_core.errors import ImportFault, MappingError, SourceError
from crm_core.importer import import_path
from crm_core.mapping import read_mapping
from crm_core.queries import summary
from tests.crm_core.conftest import NOW, Load

LEADS = "lead_id,created_at\nl1,2024-01-01\n"


def refused(load: Load, mapping: dict[str, Any] | None = None, **files: str) -> str:
    with pytest.raises(ImportFault) as caught:
        load(mapping, **files)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_missing_path(sqlite_engine: Engine, settings: Any, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"must exist, but there is no .*nowhere"):
        import_path(sqlite_engine, tmp_path / "nowhere", None, settings, NOW, tmp_path)


def test_a_folder_without_any_table(load_sqlite: Load) -> None:
    assert "must hold at least one table of the bundle as CSV or Parquet (channels, " in refused(
        load_sqlite, people=LEADS
    )


def test_a_folder_without_any_mapped_file(load_sqlite: Load) -> None:
    mapping = {"tables": {"leads": {"file": "Leads*.csv"}}}
    assert "must hold a file that the mapping names (leads: Leads*.csv)" in refused(load_sqlite, mapping, people=LEADS)


def test_a_table_that_stands_there_twice(load_sqlite: Load, bundle: Path) -> None:
    (bundle / "leads.parquet").write_bytes(b"x")
    assert "must hold table leads once, but holds leads.csv and leads.parquet" in refused(load_sqlite, leads=LEADS)


@pytest.mark.parametrize(("mark", "name"), [(";", "';'"), ("\t", "a tab"), ("|", "'|'")])
def test_a_wrong_delimiter(load_sqlite: Load, mark: str, name: str) -> None:
    message = refused(load_sqlite, leads=LEADS.replace(",", mark))
    assert message.startswith("leads.csv must be delimited by ',', but its header is one column that contains")
    assert message.endswith(f"set source.delimiter in the mapping to {name}.")


def test_a_missing_required_column(load_sqlite: Load) -> None:
    message = refused(load_sqlite, leads="lead_id,create_at\nl1,2024-01-01\n")
    assert message == (
        "leads.csv must have created_at for table leads, but has lead_id, create_at: "
        "rename it, or give a mapping (--mapping). Did you mean 'create_at'?"
    )


def test_a_mapping_to_an_unknown_column(load_sqlite: Load) -> None:
    mapping = {"tables": {"leads": {"file": "leads.csv", "columns": {"lead_id": "Prospect", "created_at": "Created"}}}}
    message = refused(load_sqlite, mapping, leads="Prospect ID,Created\n1,2024-01-01\n")
    assert (
        "tables.leads.columns.lead_id must name a column of leads.csv, but got 'Prospect'; it has Prospect ID, Created."
        in message
    )
    assert message.endswith("Did you mean 'Prospect ID'?")


def test_undecodable_bytes(load_sqlite: Load, bundle: Path) -> None:
    (bundle / "leads.csv").write_bytes("lead_id,created_at,industry\nl1,2024-01-01,钢铁\n".encode("gb18030"))
    message = refused(load_sqlite)
    assert message.startswith("leads.csv must be encoded as utf-8, but line 2 (byte 42) is not: set source.encoding")


def test_utf_16_is_recognised(load_sqlite: Load, bundle: Path) -> None:
    (bundle / "leads.csv").write_bytes(LEADS.encode("utf-16"))
    assert refused(load_sqlite).endswith(
        "set source.encoding in the mapping, here to utf-16, as its first two bytes say."
    )


def test_a_file_that_is_no_table_is_told(load_sqlite: Load) -> None:
    report = load_sqlite(leads=LEADS, order="order_id\n1\n", deals="x\n")
    assert report.notes == ["Not read, for they are named like no table of the bundle: deals.csv, order.csv."]


def test_undecodable_bytes_deep_in_a_file(load_sqlite: Load, bundle: Path) -> None:
    good = LEADS.encode() + b"".join(b"l%d,2024-01-01\n" % n for n in range(100_000))
    (bundle / "leads.csv").write_bytes(good + b"\xe9\n")
    assert f"line 100003 (byte {len(good)}) is not" in refused(load_sqlite)


def test_the_right_encoding_reads_the_same_file(load_sqlite: Load, bundle: Path) -> None:
    (bundle / "leads.csv").write_bytes("lead_id,created_at,industry\nl1,2024-01-01,钢铁\n".encode("gb18030"))
    mapping = {"source": {"encoding": "gb18030"}, "tables": {"leads": {"file": "leads.csv"}}}
    assert load_sqlite(mapping).tables["leads"]["inserted"] == 1


def test_a_byte_order_mark_is_no_part_of_the_header(load_sqlite: Load, bundle: Path) -> None:
    (bundle / "leads.csv").write_bytes(b"\xef\xbb\xbf" + LEADS.encode())
    assert load_sqlite().tables["leads"]["inserted"] == 1


@pytest.mark.parametrize("content", [b"", b"PAR1 but not really", b"lead_id,created_at\n"])
def test_what_is_no_parquet(load_sqlite: Load, bundle: Path, content: bytes) -> None:
    (bundle / "leads.parquet").write_bytes(content)
    assert refused(load_sqlite).startswith("leads.parquet must be a Parquet file, but ")


def test_parquet_read_as_csv(load_sqlite: Load, bundle: Path) -> None:
    (bundle / "leads.csv").write_bytes(b"PAR1....")
    assert "leads.csv must be CSV, but is Parquet: set source.format to parquet." in refused(load_sqlite)


@pytest.mark.parametrize("content", ["", "\n", ",,\n"])
def test_an_empty_file(load_sqlite: Load, content: str) -> None:
    assert "leads.csv must begin with a header of column names, but is empty." in refused(load_sqlite, leads=content)


def test_a_header_without_rows_is_a_table_without_rows(load_sqlite: Load) -> None:
    nothing = {"read": 0, "inserted": 0, "updated": 0, "unchanged": 0, "rejected": 0}
    assert load_sqlite(leads="lead_id,created_at\n").tables == {"leads": nothing}


def test_a_header_that_repeats_a_column(load_sqlite: Load) -> None:
    assert "must name each column once, but its header repeats lead_id." in refused(
        load_sqlite, leads="lead_id,lead_id,created_at\n"
    )


def test_a_quote_that_is_never_closed(load_sqlite: Load) -> None:
    message = refused(load_sqlite, leads='lead_id,created_at\n"l1,2024-01-01\n' + "x" * (1 << 21))
    assert "a quote is probably never closed" in message


def test_every_row_rejected(load_sqlite: Load, sqlite_engine: Engine) -> None:
    message = refused(
        load_sqlite,
        channels="channel_id,name\nweb,Web\n",
        orders="order_id,customer_id,ordered_at,amount\no,c,2024-01-01,12k\n",
    )
    assert message.startswith(
        "Most rows of orders must hold its rules, but 1 of 1 are rejected: "
        "amount must be an amount such as 1234.50, but line 2 of orders.csv has '12k'; all are in "
    )
    assert summary(sqlite_engine)["channels"] == 0


def test_a_stage_that_the_funnel_lacks_in_the_mapping(load_sqlite: Load) -> None:
    mapping = {"tables": {"stage_events": {"file": "e.csv", "stages": {"A": "contract_sined"}}}}
    message = refused(load_sqlite, mapping, e="lead_id,stage,entered_at\n1,A,2024-01-01\n")
    assert "must map to stages of the funnel (captured, " in message
    assert message.endswith("Did you mean 'contract_signed'?")


def test_an_absolute_file_in_the_mapping(load_sqlite: Load) -> None:
    with pytest.raises(MappingError, match="must be a name or glob relative to the import path"):
        load_sqlite({"tables": {"leads": {"file": "/etc/*.csv"}}})


def test_a_malformed_mapping_file(tmp_path: Path) -> None:
    file = tmp_path / "m.yaml"
    file.write_text("tables: [", encoding="utf-8")
    with pytest.raises(MappingError, match=r"m\.yaml must be YAML in UTF-8"):
        read_mapping(file)
    with pytest.raises(MappingError, match=r"The mapping file .* must exist, but there is none"):
        read_mapping(tmp_path / "none.yaml")


# table, header, a good row, and bad rows with the rule they break
RULES = [
    ("leads", "lead_id,created_at", "l1,2024-01-01", ",2024-01-01", "lead_id is required"),
    (
        "leads",
        "lead_id,created_at",
        "l1,2024-01-01",
        "l2,31/12/2024",
        "created_at must be a moment in the years 1900 to 2200",
    ),
    ("leads", "lead_id,created_at", "l1,2024-01-01", "l2,2024-02-30", "created_at must be a moment"),
    ("leads", "lead_id,created_at", "l1,2024-01-01", "l2,1899-12-31", "in the years 1900 to 2200"),
    ("leads", "lead_id,created_at", "l1,2024-01-01", "l2,9999-12-31", "in the years 1900 to 2200"),
    (
        "leads",
        "lead_id,created_at",
        "l1,2024-01-01",
        "x" * 201 + ",2024-01-01",
        "lead_id must have at most 200 characters",
    ),
    ("leads", "lead_id,created_at", "l1,2024-01-01", "l2", "a row must have the header's 2 fields"),
    (
        "leads",
        "lead_id,created_at,employee_count",
        "l1,2024-01-01,5",
        "l2,2024-01-01,5.5",
        "employee_count must be a whole number",
    ),
    (
        "stage_events",
        "lead_id,stage,entered_at",
        "l,lost,2024-01-01",
        "l,gone,2024-01-01",
        "stage must be one of captured, ",
    ),
    ("ratings", "rating_id,rep_id,score,rated_at", "x,r,1,2024-01-01", "y,r,6,2024-01-01", "score must be 1 to 5"),
    (
        "ratings",
        "rating_id,rep_id,score,rated_at",
        "x,r,1,2024-01-01",
        "y,r,inf,2024-01-01",
        "score must be a finite number",
    ),
    (
        "payments",
        "payment_id,order_id,amount,paid_at,status",
        "p,o,1,2024-01-01,reversed",
        "q,o,1,2024-01-01,paid",
        "status must be one of confirmed, reversed",
    ),
    (
        "sync_log",
        "source_system,occurred_at,status",
        "erp,2024-01-01,ok",
        "erp,2024-01-01,so-so",
        "status must be one of ok, failed",
    ),
    (
        "attribute_changes",
        "entity,entity_id,attribute,value,changed_at",
        "lead,1,a,b,2024-01-01",
        "rep,1,a,b,2024-01-01",
        "entity must be one of lead, customer",
    ),
    (
        "activities",
        "activity_id,occurred_at,kind,is_effective",
        "a,2024-01-01,call,yes",
        "b,2024-01-01,call,perhaps",
        "is_effective must be yes or no",
    ),
    (
        "activities",
        "activity_id,occurred_at,kind,duration_seconds",
        "a,2024-01-01,call,5",
        "b,2024-01-01,call,-5",
        "duration_seconds must be at least 0",
    ),
    (
        "channel_spend",
        "channel_id,spent_on,amount,currency",
        "w,2024-01-01,5,usd",
        "w,2024-01-01,5,dollars",
        "currency must be an ISO 4217 code",
    ),
]


@pytest.mark.parametrize(("table", "header", "good", "bad", "rule"), RULES)
def test_a_row_that_breaks_a_rule_is_rejected_by_it(
    load_sqlite: Load, table: str, header: str, good: str, bad: str, rule: str
) -> None:
    report = load_sqlite(**{table: f"{header}\n{good}\n{bad}\n"})
    assert (report.tables[table]["inserted"], report.tables[table]["rejected"]) == (1, 1)
    assert report.rejects_file is not None
    assert rule in report.rejects_file.read_text(encoding="utf-8")


@pytest.mark.parametrize(("bad", "is_refused"), [(10, True), (9, False)])
def test_a_table_of_which_half_is_rejected_was_misread(
    bad: int, is_refused: bool, load_sqlite: Load, sqlite_engine: Engine
) -> None:
    amounts = ["12k"] * bad + ["12"] * (20 - bad)
    rows = "".join(f"o{i},c,2024-01-01,{amount}\n" for i, amount in enumerate(amounts))
    orders = f"order_id,customer_id,ordered_at,amount\n{rows}"
    if is_refused:
        assert "10 of 20 are rejected: amount must be an amount" in refused(load_sqlite, orders=orders)
    else:
        load_sqlite(orders=orders)
    assert summary(sqlite_engine)["orders"] == (0 if is_refused else 11)


def test_an_export_without_dates_is_told_what_may_be_done(load_sqlite: Load) -> None:
    with pytest.raises(SourceError, match=r"may give one day to all, as constants: \{created_at: 2024-01-01\}"):
        load_sqlite({"tables": {"leads": {"file": "l.csv", "columns": {"lead_id": "id"}}}}, l="id,Converted\na,1\n")
