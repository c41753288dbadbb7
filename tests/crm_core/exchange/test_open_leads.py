from __future__ import annotations

from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.events import upsert_rows
from crm_core.exchange.open_leads import OpenLead, open_leads
from tests.crm_core.conftest import LATER, NOW

LEADS = [
    {"lead_id": "open", "created_at": "2024-01-05", "rep_id": "r1", "company_name": "远晟", "product": "CNC"},
    {"lead_id": "lost", "created_at": "2024-01-05", "rep_id": "r1"},
    {"lead_id": "later_lost", "created_at": "2024-01-05"},
    {"lead_id": "not_yet", "created_at": "2025-01-20", "rep_id": "r1"},
]
STAGES = [
    {"lead_id": "open", "stage": "captured", "entered_at": "2024-01-05"},
    {"lead_id": "lost", "stage": "lost", "entered_at": "2024-02-05"},
    {"lead_id": "later_lost", "stage": "lost", "entered_at": "2025-01-20"},
]


def test_leads_that_are_created_and_not_closed_by_then(engine: Engine, settings: Settings) -> None:
    ahead = settings.exchange.model_copy(update={"max_ahead_minutes": 60 * 24 * 365})
    replay = settings.model_copy(update={"exchange": ahead})
    upsert_rows(engine, "leads", LEADS, replay, NOW)
    upsert_rows(engine, "stage_events", STAGES, replay, NOW)
    closing = settings.funnel.names("lost")
    assert open_leads(engine, closing, NOW, "r1") == [OpenLead("open", "远晟", "CNC", "r1")]
    assert [lead.lead_id for lead in open_leads(engine, closing, NOW, None)] == ["later_lost", "open"]
    assert [lead.lead_id for lead in open_leads(engine, closing, LATER, None)] == ["not_yet", "open"]
