"""No table is forgotten: a new one is either cleaned or stands here with the reason why it need not be."""

from __future__ import annotations

from crm_core.privacy.erase_rows import ABOUT, DERIVED, KEPT, LINKS, WORK
from crm_core.privacy.free_text import FIELDS, WORDS
from crm_core.tables import Base

CLEANED = {
    *ABOUT,
    *KEPT,
    *DERIVED,
    *LINKS,
    *WORK,
    *WORDS,
    *FIELDS,
    "row_history",
    "event_requests",
    "feed_changes",
    "sync_log",
}
NOTHING_PERSONAL = {
    "payments": "ids, amounts and moments of the books",
    "commission_journals": "the ledger, append-only: ids of orders and payments, amounts",
    "commission_lines": "the ledger: reps and amounts",
    "commission_plans": "configuration",
    "deal_shares": "orders and reps",
    "mentorships": "reps",
    "reps": "employees, not customers",
    "learning_results": "reps",
    "point_entries": "reps, append-only",
    "service_stars": "reps",
    "channels": "names of channels",
    "channel_spend": "channels and amounts",
    "attribute_definitions": "names of columns",
    "change_counter": "a number",
    "feed_counter": "a number",
    "webhooks": "other systems",
    "api_keys": "callers",
    "people": "employees who sign in, not customers",
    "sessions": "employees who sign in",
    "sign_in_failures": "employees who sign in; hashes",
    "audit_log": "masked when written, append-only",
    "audit_head": "a hash",
    "funnel_stages": "configuration",
    "setting_versions": "configuration, and who edited it: employees",
    "tombstones": "keyed hashes",
    "told_alerts": "rules and subjects of findings (stages, columns, channels) and where they were told",
}


def test_every_table_is_thought_of() -> None:
    assert set(Base.metadata.tables) - CLEANED - set(NOTHING_PERSONAL) == set()
    assert set(NOTHING_PERSONAL) & CLEANED == set()


def test_every_column_that_names_a_customer_or_lead_is_cleaned() -> None:
    named = {
        name for name, table in Base.metadata.tables.items() if {"customer_id", "lead_id"} & set(table.columns.keys())
    }
    assert named <= {*ABOUT, *KEPT, *DERIVED, *WORK, *LINKS}
