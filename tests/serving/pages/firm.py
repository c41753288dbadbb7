"""A firm of three reps in two teams, with six leads and two customers, as the pages' tests know it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from configs.settings import load_settings
from crm_core.events import upsert_rows
from tests.serving.fakes import NOW

LEARNT_AT = NOW - timedelta(minutes=30)


def ago(**before: float) -> str:
    """A moment so long before the clock's now."""
    return (NOW - timedelta(**before)).isoformat()


REPS = [
    {"rep_id": "r1", "name": "Li Na", "team": "north"},
    {"rep_id": "r2", "name": "Wang Wei", "team": "south"},
    {"rep_id": "r3", "name": "Chen Jun", "team": "north"},
]
CHANNELS = [{"channel_id": "web", "name": "Web site"}, {"channel_id": "fair", "name": "Trade fair"}]
CUSTOMERS = [
    {"customer_id": "C1", "name": "北方机械有限公司", "created_at": ago(days=300), "industry": "machines"},
    {"customer_id": "C2", "name": "South Pumps Ltd", "created_at": ago(days=200), "industry": "pumps"},
]
LEADS = [
    {"lead_id": "L1", "rep_id": "r1", "company_name": "=cmd|' /C calc'!A0", "channel_id": "web", "customer_id": "C1"},
    {"lead_id": "L2", "rep_id": "r2", "company_name": "<script>alert(1)</script> 泵厂", "channel_id": "fair"},
    {"lead_id": "L3", "rep_id": "r3", "company_name": "Bright Steel", "channel_id": "web"},
    {"lead_id": "L4", "rep_id": None, "company_name": "Nobody's Works", "channel_id": "fair"},
    {"lead_id": "L6", "rep_id": "r1", "company_name": "Won Works", "channel_id": "web", "customer_id": "C1"},
    {"lead_id": "a/b?c", "rep_id": "r1", "company_name": "Odd Id GmbH", "channel_id": "web"},
]
STAGES = [
    ("L1", "contacted", ago(days=8)),
    ("L1", "needs_analysis", ago(hours=3)),
    ("L2", "contacted", ago(days=5)),
    ("L6", "contract_signed", ago(hours=5)),
]
ACTIVITIES = [
    {"activity_id": "A1", "occurred_at": ago(days=2), "kind": "call", "lead_id": "L1", "rep_id": "r1",
     "direction": "outbound", "summary": "budget is <i>limited</i>"},
]  # fmt: skip
ORDERS = [
    {"order_id": "O1", "customer_id": "C1", "ordered_at": ago(days=20), "amount": "1200.50", "rep_id": "r1"},
    {"order_id": "O2", "customer_id": "C2", "ordered_at": ago(days=10), "amount": "99.00", "rep_id": "r2"},
]


def fill(engine: Any) -> None:
    """Write the firm into a migrated database."""
    leads = [
        {"created_at": ago(days=10), "expected_amount": "10000.00", "phone": "13800138000", "product": "pump", **lead}
        for lead in LEADS
    ]
    events = [{"lead_id": lead, "stage": stage, "entered_at": at} for lead, stage, at in STAGES]
    tables: dict[str, list[dict[str, Any]]] = {
        "channels": CHANNELS, "reps": REPS, "customers": CUSTOMERS, "leads": leads, "stage_events": events,
        "activities": ACTIVITIES, "orders": ORDERS,
    }  # fmt: skip
    settings = load_settings()
    for table, rows in tables.items():
        _, faults = upsert_rows(engine, table, rows, settings, LEARNT_AT)
        assert not faults, (table, faults)
