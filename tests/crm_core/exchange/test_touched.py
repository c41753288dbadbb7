from __future__ import annotations

from typing import Any

from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.events import upsert_rows
from crm_core.exchange import touched_by
from crm_core.golden_record.review import merge
from crm_core.schema import BUNDLE
from tests.crm_core.conftest import NOW

# Leads l1 and l2 are of customer c1, l1 is rep r1's; order o1 is c1's and payment p1 is for it.
STORED: dict[str, list[dict[str, Any]]] = {
    "leads": [
        {"lead_id": "l1", "created_at": "2024-01-05", "customer_id": "c1", "rep_id": "r1"},
        {"lead_id": "l2", "created_at": "2024-01-05", "customer_id": "c1"},
        {"lead_id": "l3", "created_at": "2024-01-05"},
    ],
    "orders": [{"order_id": "o1", "customer_id": "c1", "ordered_at": "2024-02-01", "amount": 10}],
    "payments": [{"payment_id": "p1", "order_id": "o1", "amount": 10, "paid_at": "2024-03-01"}],
}


CASES: list[tuple[str, dict[str, Any], set[str], set[str]]] = [
    ("leads", {"lead_id": "l1", "customer_id": "c1"}, {"l1"}, set()),
    ("stage_events", {"lead_id": " l3 "}, {"l3"}, set()),
    ("stage_events", {"lead_id": 7.0}, {"7"}, set()),
    ("activities", {"lead_id": "l3", "customer_id": None}, {"l3"}, set()),
    ("activities", {"customer_id": "c1"}, {"l1", "l2"}, {"c1"}),
    ("customers", {"customer_id": "c1"}, {"l1", "l2"}, {"c1"}),
    ("orders", {"order_id": "o9", "customer_id": "c1", "lead_id": "l3"}, {"l1", "l2", "l3"}, {"c1"}),
    ("payments", {"payment_id": "p9", "order_id": "o1"}, {"l1", "l2"}, {"c1"}),
    ("receivables", {"invoice_id": "i1", "customer_id": "c1"}, {"l1", "l2"}, {"c1"}),
    ("ratings", {"rating_id": "x", "customer_id": "c1"}, {"l1", "l2"}, {"c1"}),
    ("attribute_changes", {"entity": "lead", "entity_id": "l3"}, {"l3"}, set()),
    ("attribute_changes", {"entity": "customer", "entity_id": "c1"}, {"l1", "l2"}, {"c1"}),
    ("reps", {"rep_id": "r1"}, {"l1"}, set()),
    ("channels", {"channel_id": "web"}, set(), set()),
    ("channel_spend", {"channel_id": "web"}, set(), set()),
    ("sync_log", {"entity": "lead", "entity_id": "l1"}, set(), set()),
]


def test_an_event_touches_what_its_features_are_made_of(engine: Engine, settings: Settings) -> None:
    for stored, content in STORED.items():
        counts, faults = upsert_rows(engine, stored, content, settings, NOW)
        assert (counts["inserted"], faults) == (len(content), [])
    for table, row, leads, customers in CASES:
        touched = touched_by(engine, table, [row])
        assert (touched.lead_ids, touched.customer_ids) == (leads, customers), (table, row)
        assert bool(touched) == bool(leads or customers)


def test_an_event_of_one_id_touches_the_leads_of_the_whole_firm(engine: Engine, settings: Settings) -> None:
    customers = [{"customer_id": one, "name": one} for one in ("c1", "c2", "c3", "c4")]
    leads = [{"lead_id": f"of-{one['customer_id']}", "created_at": "2024-01-05", **one} for one in customers]
    upsert_rows(engine, "customers", customers, settings, NOW)
    upsert_rows(engine, "leads", [{**one, "name": None} for one in leads], settings, NOW)
    for source in ("c2", "c3"):
        merge(engine, settings, source, "c1", "li.na", NOW)
    invoice = [{"invoice_id": "i1", "customer_id": "c2"}]
    assert touched_by(engine, "receivables", invoice).lead_ids == {"of-c1", "of-c2", "of-c3"}
    assert touched_by(engine, "receivables", invoice).customer_ids == {"c2"}
    assert touched_by(engine, "receivables", [{"invoice_id": "i2", "customer_id": "c4"}]).lead_ids == {"of-c4"}


def test_every_table_of_the_bundle_is_thought_of() -> None:
    assert {table for table, *_ in CASES} == set(BUNDLE)
