from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.errors import ImportFault
from crm_core.importer import import_path
from crm_core.queries import last_change_seq, summary
from crm_core.schema import BUNDLE
from tests.crm_core.conftest import LATER, NOW, Load, everything, loader, rows, with_intake

BUNDLE_FILES = {
    "channels": "channel_id,name,kind\nweb,Web,online\n",
    "channel_spend": 'channel_id,spent_on,amount\nweb,2024-01-05,"1,200.50"\n',
    "reps": "rep_id,name,hired_on,weekly_capacity_hours,active\nr1,李雷,2023-01-01,40,yes\n",
    "customers": "customer_id,name,annual_revenue,created_at,Segment\nc1,华为有限公司,¥100,2024-01-01,big\n",
    "leads": "lead_id,created_at,customer_id,channel_id,expected_amount,Size\nl1,2024-01-05 10:00,c1,web,1000,50\n",
    "stage_events": "lead_id,stage,entered_at\nl1,captured,2024-01-05 10:00\n",
    "activities": "activity_id,occurred_at,kind,lead_id,is_effective\na1,2024-01-06 09:00,call,l1,true\n",
    "orders": "order_id,customer_id,ordered_at,amount\no1,c1,2024-02-01,99.995\n",
    "payments": "payment_id,order_id,amount,paid_at\np1,o1,50,2024-02-02\n",
    "receivables": "invoice_id,customer_id,amount,due_on\ni1,c1,50,2024-03-01\n",
    "ratings": "rating_id,rep_id,score,rated_at\nx1,r1,5,2024-02-03\n",
    "attribute_changes": "entity,entity_id,attribute,value,changed_at\nlead,l1,Size,60,2024-01-07\n",
    "sync_log": "source_system,occurred_at,status,message\nerp,2024-01-08,failed,time-out\n",
}


def test_every_table_of_the_bundle_is_loaded(load: Load, engine: Engine) -> None:
    report = load(**BUNDLE_FILES)
    assert summary(engine) == dict.fromkeys(BUNDLE, 1)
    assert list(report.tables) == list(BUNDLE)
    assert report.to_json()["rejects_file"] is None


def test_values_arrive_in_their_stored_form(load: Load, engine: Engine) -> None:
    load(**BUNDLE_FILES)
    assert rows(engine, "SELECT spend_id, amount_cents, currency FROM channel_spend") == [
        ("web|2024-01-05|CNY", 120050, "CNY")
    ]
    assert rows(engine, "SELECT amount_cents FROM orders") == [(10000,)]
    assert rows(engine, "SELECT status FROM payments") == [("confirmed",)]
    assert rows(engine, "SELECT event_id FROM stage_events") == [("l1|captured|2024-01-05T02:00:00.000000Z",)]
    assert rows(engine, "SELECT change_id FROM attribute_changes") == [("lead|l1|Size|2024-01-06T16:00:00.000000Z",)]


def test_importing_twice_changes_nothing(load: Load, engine: Engine) -> None:
    load(**BUNDLE_FILES)
    before = everything(engine)
    report = load(now=LATER)
    assert everything(engine) == before
    assert all(counts["unchanged"] == counts["read"] == 1 for counts in report.tables.values())


def test_a_changed_row_is_an_update_that_keeps_the_version_before(load: Load, engine: Engine) -> None:
    load(channels="channel_id,name\nweb,Web\nfair,Fair\n")
    report = load(now=LATER, channels="channel_id,name\nweb,Website\nfair,Fair\n")
    assert report.tables["channels"] == {"read": 2, "inserted": 0, "updated": 1, "unchanged": 1, "rejected": 0}
    assert rows(engine, "SELECT channel_id, name, change_seq FROM channels ORDER BY 3") == [
        ("fair", "Fair", 2),
        ("web", "Website", 3),
    ]
    [(key, old, seq)] = rows(engine, "SELECT row_key, row, change_seq FROM row_history")
    old = json.loads(old) if isinstance(old, str) else old
    assert (key, old["name"], seq) == ("web", "Web", 1)


def test_a_file_with_two_versions_of_a_row_keeps_the_last_and_is_idempotent(load: Load, engine: Engine) -> None:
    versions = "channel_id,name\nweb,A\nfair,F\nweb,B\n"
    load(channels=versions)
    before = everything(engine)
    report = load(now=LATER, channels=versions)
    assert everything(engine) == before
    assert report.tables["channels"] == {"read": 3, "inserted": 0, "updated": 0, "unchanged": 3, "rejected": 0}
    assert rows(engine, "SELECT name FROM channels WHERE channel_id = 'web'") == [("B",)]
    assert rows(engine, "SELECT * FROM row_history") == []


def test_rows_overtaken_by_a_later_one_of_their_key_are_told(load_sqlite: Load) -> None:
    """Lines of one invoice under its number, say: nothing is lost without a word."""
    lines = "o1,c1,2024-02-01,10\no1,c1,2024-02-01,20\no1,c1,2024-02-01,20\no2,c1,2024-02-02,5\n"
    for _ in range(2):
        assert load_sqlite(orders=f"order_id,customer_id,ordered_at,amount\n{lines}").notes == [
            "1 rows of orders have the order_id of a later row with other values: the last one counts, "
            "what the others held is not kept."
        ]


def test_a_row_that_appears_again_later_in_the_import_is_unchanged(load: Load, settings: Settings) -> None:
    lines = "".join(f"c{n % 3},Name {n % 3}\n" for n in range(30))
    report = load(settings=with_intake(settings, chunk_rows=4), channels=f"channel_id,name\n{lines}")
    assert report.tables["channels"] == {"read": 30, "inserted": 3, "updated": 0, "unchanged": 27, "rejected": 0}


def test_a_first_import_is_a_history_and_the_next_is_not(load: Load, engine: Engine) -> None:
    assert load(**BUNDLE_FILES).is_history
    report = load(now=LATER, leads="lead_id,created_at\nl2,2024-01-09T00:00:00Z\n")
    assert not report.is_history
    found = rows(engine, "SELECT lead_id, recorded_at = created_at, is_backfilled FROM leads ORDER BY 1")
    assert [(key, bool(same), bool(backfilled)) for key, same, backfilled in found] == [
        ("l1", True, True),
        ("l2", False, False),
    ]


def test_the_mapping_decides_whether_it_is_history(load: Load) -> None:
    mapping = {"history": False, "tables": {"leads": {"file": "leads.csv"}}}
    assert not load(mapping, leads="lead_id,created_at\nl2,2024-01-09\n").is_history


def test_the_exports_own_recorded_at_wins(load: Load, engine: Engine) -> None:
    load(
        leads="lead_id,created_at,recorded_at\nl1,2024-01-01T00:00:00Z,2024-01-03T00:00:00Z\nl2,2024-01-01T00:00:00Z,\n"
    )
    found = [str(moment)[:10] for (moment,) in rows(engine, "SELECT recorded_at FROM leads ORDER BY lead_id")]
    assert found == ["2024-01-03", "2024-01-01"]


def test_a_change_of_a_stored_row_is_learnt_now_even_in_a_history(load: Load, engine: Engine) -> None:
    mapping = {"history": True, "tables": {"leads": {"file": "leads.csv"}}}
    load(mapping, leads="lead_id,created_at,industry\nl1,2024-01-01,steel\n")
    load(mapping, now=LATER, leads="lead_id,created_at,industry\nl1,2024-01-01,food\n")
    [(moment, backfilled)] = rows(engine, "SELECT recorded_at, is_backfilled FROM leads")
    assert str(moment)[:10] == "2025-02-01"
    assert not backfilled


def test_what_is_yet_to_come_is_known_now(load: Load, engine: Engine) -> None:
    load(receivables="invoice_id,customer_id,amount,due_on\ni1,c1,5,2025-06-01\n")
    load(now=LATER, receivables="invoice_id,customer_id,amount,due_on,paid_on\ni1,c1,5,2025-06-01,2025-01-31\n")
    assert [str(moment)[:10] for (moment,) in rows(engine, "SELECT recorded_at FROM row_history")] == ["2025-01-01"]
    assert [str(day) for (day,) in rows(engine, "SELECT paid_on FROM receivables")] == ["2025-01-31"]


def test_a_version_that_arrives_late_goes_where_it_belongs(load: Load, engine: Engine) -> None:
    header = "channel_id,name,recorded_at\n"
    load(channels=f"{header}web,New,2024-03-01\n")
    report = load(channels=f"{header}web,Old,2024-02-01\n")
    assert report.tables["channels"]["updated"] == 1
    assert rows(engine, "SELECT name FROM channels") == [("New",)]
    assert load(channels=f"{header}web,Old,2024-02-01\n").tables["channels"]["unchanged"] == 1
    assert len(rows(engine, "SELECT * FROM row_history")) == 1


def test_parquet_and_csv_give_the_same_rows(load: Load, engine: Engine, bundle: Path) -> None:
    load(orders="order_id,customer_id,ordered_at,amount,quantity\no1,7,2024-02-01T00:00:00Z,99.5,3\n")
    (bundle / "orders.csv").unlink()
    moment = datetime(2024, 2, 1, tzinfo=UTC)
    content = {"order_id": ["o1"], "customer_id": [7.0], "ordered_at": [moment], "amount": [99.5], "quantity": [3]}
    pq.write_table(pa.table(content), bundle / "orders.parquet")
    assert load(now=LATER).tables["orders"]["unchanged"] == 1
    assert rows(engine, "SELECT customer_id, amount_cents FROM orders") == [("7", 9950)]


def test_one_file_may_be_imported_alone(
    sqlite_engine: Engine, load_sqlite: Load, bundle: Path, settings: Settings
) -> None:
    load_sqlite(**BUNDLE_FILES)
    report = import_path(sqlite_engine, bundle / "leads.csv", None, settings, NOW, bundle / "r")
    assert list(report.tables) == ["leads"]


def test_a_failure_in_the_last_file_leaves_nothing_of_the_first(load: Load, engine: Engine, bundle: Path) -> None:
    (bundle / "sync_log.csv").write_bytes(
        b"source_system,occurred_at,status\nerp,2024-01-01,ok\n\xff\xfe,2024-01-01,ok\n"
    )
    with pytest.raises(ImportFault, match="must be encoded as utf-8"):
        load(channels="channel_id,name\nweb,Web\n")
    assert summary(engine) == dict.fromkeys(BUNDLE, 0)
    assert last_change_seq(engine) == 0


def test_rejected_rows_are_kept_with_table_line_column_rule_and_value(load: Load) -> None:
    content = (
        "order_id,customer_id,ordered_at,amount,category\n"
        'o1,c1,2024-01-01,5,"two\nlines"\n'
        "o2,c1,2024-01-01,12k,\n"
        "o3,,soon,1,\n"
    )
    report = load(orders=content)
    assert report.tables["orders"] == {"read": 3, "inserted": 1, "updated": 0, "unchanged": 0, "rejected": 2}
    assert report.rejects_file is not None
    with report.rejects_file.open(encoding="utf-8", newline="") as stream:
        found = list(csv.DictReader(stream))
    assert [(r["table"], r["file"], r["line"], r["column"], r["value"]) for r in found] == [
        ("orders", "orders.csv", "4", "amount", "12k"),
        ("orders", "orders.csv", "5", "customer_id", ""),
        ("orders", "orders.csv", "5", "ordered_at", "soon"),
    ]
    assert found[0]["rule"] == "amount must be an amount such as 1234.50"
    assert json.loads(found[0]["row"])["order_id"] == "o2"


@pytest.mark.parametrize("value", ["=1+1", "+9", "-1", "@x"])
def test_a_reject_cannot_be_run_as_a_formula(load_sqlite: Load, value: str) -> None:
    report = load_sqlite(ratings=f"rating_id,rep_id,score,rated_at\nx,r,{value},2024-01-01\ny,r,5,2024-01-01\n")
    assert report.rejects_file is not None
    assert f"'{value}" in report.rejects_file.read_text(encoding="utf-8")


def test_importing_rejects_again_rejects_them_again_and_changes_nothing(load: Load, engine: Engine) -> None:
    content = "channel_id,name\nweb,Web\n,Nobody\n"
    load(channels=content)
    before = everything(engine)
    assert load(now=LATER, channels=content).tables["channels"] == {
        "read": 2,
        "inserted": 0,
        "updated": 0,
        "unchanged": 1,
        "rejected": 1,
    }
    assert everything(engine) == before


def test_unused_columns_are_told(load_sqlite: Load) -> None:
    assert load_sqlite(channels="channel_id,name,colour\nweb,Web,red\n").notes == [
        "channels.csv: not used for channels: colour."
    ]


def test_a_text_with_nul_or_beyond_the_limit_is_kept_without(load: Load, engine: Engine, settings: Settings) -> None:
    short = with_intake(settings, max_text_length=5)
    load(settings=short, activities="activity_id,occurred_at,kind,summary\na,2024-01-01,call,预\0算有限分期付款\n")
    assert rows(engine, "SELECT summary FROM activities") == [("预算有限分",)]


def test_two_imports_number_their_changes_one_after_the_other(engine: Engine, bundle: Path, settings: Settings) -> None:
    load = loader(engine, bundle, settings)
    load(channels="channel_id,name\na,A\nb,B\n")
    load(channels="channel_id,name\nc,C\n")
    assert [seq for (seq,) in rows(engine, "SELECT change_seq FROM channels ORDER BY 1")] == [1, 2, 3]
    assert last_change_seq(engine) == 3


def test_facts_of_the_future_are_told(load_sqlite: Load) -> None:
    report = load_sqlite(
        leads="lead_id,created_at\nl1,2024-01-05\nl2,2030-01-05\n",
        receivables="invoice_id,customer_id,amount,due_on\ni1,c1,50,2031-03-01\n",
    )
    assert report.notes == [
        "1 rows of leads lie after 2025-01-01 00:00 UTC: a date was misread, or they are seen from their own moment on."
    ]
