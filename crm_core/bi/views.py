"""The views by name, each with its grain. Their columns are told in docs/bi.md, which a test holds to the database."""

from __future__ import annotations

from sqlalchemy import Engine, inspect

from crm_core.database import translated_errors

GRAIN = {
    "bi_stages": "a stage of the funnel, in order",
    "bi_channels": "a channel",
    "bi_channel_spend": "a channel and day with spend",
    "bi_reps": "a sales representative",
    "bi_leads": "a lead, with the stage it stands in and its last score told",
    "bi_funnel_stays": "a stay of a lead in a stage",
    "bi_customers": "a customer as its source system knows it, with purchases, tier and last score told",
    "bi_tiers": "a customer and the time it had a tier",
    "bi_tags": "a customer and a tag it has",
    "bi_scores": "a score told to other systems (feed) or given by call (receipt)",
    "bi_orders": "an order, with what was paid of it",
    "bi_activities": "a touch point, without what was said",
    "bi_findings": "a finding of the watching: alarm, cause, drift",
}


def view_columns(engine: Engine) -> dict[str, list[str]]:
    """Columns of each view as the database has them, in order.

    Raises
    ------
    DatabaseError: the database cannot be reached, or is not migrated.
    """
    with translated_errors():
        seen = inspect(engine)
        there = set(seen.get_view_names())
        return {name: [column["name"] for column in seen.get_columns(name)] for name in GRAIN if name in there}
