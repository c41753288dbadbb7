"""All features of a lead, joined: grain (lead, as_of)."""

from __future__ import annotations

from features import (
    attributes,
    lead_customer,
    lead_engagement,
    lead_profile,
    lead_response,
    lead_stages,
    track_record,
)
from features.asof import Hold, Table, Tables, as_numbers, joined, unheld
from features.entity_rows import rows_as_of
from features.schema import Feature, names
from features.shape import FeatureShape

CONTEXT_TEXTS = ("customer_id", "created_at")
CONTEXT_NUMBERS = ("expected_amount_cents", "budget_cents")


def lead_features(tables: Tables, spine: Table, shape: FeatureShape, hold: Hold = unheld) -> Table:
    """Stored features and context of every (entity_id, as_of) of the spine whose lead is visible then.

    `tables` needs, beside the canonical ones, `channel_days` and `rep_days` (see track_record.outcome_days),
    `customer_families` (see customer_family) and `customer_firms` (see lead_customer). `hold` may store the steps; the
    result is the same without. Numbers are float64, `created_at` is ISO text.
    """
    rows = hold(lead_customer.with_firm(tables, rows_as_of("lead", tables, spine, shape, hold)))
    base = hold(rows.select("entity_id", "as_of", "created_at", "customer_id", "channel_id", "rep_id"))
    events = hold(lead_stages.stage_rows(tables, base, shape))
    parts = [
        lead_profile.lead_profile(tables, rows, shape),
        attributes.attributes("lead", rows, shape),
        lead_engagement.lead_engagement(tables, base, shape),
        lead_stages.lead_stages(base, events, shape, hold),
        lead_response.lead_response(tables, base, events, shape),
        *[track_record.lead_track_record(tables, base, owner, shape) for owner in track_record.OWNERS],
        lead_customer.lead_customer(tables, base, shape, hold),
    ]
    whole = joined(base.select("entity_id", "as_of"), [hold(part) for part in parts])
    return as_numbers(_with_texts(whole)).select("entity_id", "as_of", *stored_columns(shape))


def _with_texts(whole: Table) -> Table:
    # Day and time apart: PostgreSQL reads the T between them, with the hours, as a pattern of its own.
    day, time = whole.created_at.strftime("%Y-%m-%d"), whole.created_at.strftime("%H:%M:%S")
    return whole.mutate(created_at=day + "T" + time + "Z")


def catalogue(shape: FeatureShape) -> list[Feature]:
    """Every stored feature of a lead, in the order of the columns."""
    return [
        *lead_profile.catalogue(shape),
        *attributes.catalogue("lead", shape),
        *lead_engagement.catalogue(shape),
        *lead_stages.catalogue(shape),
        *lead_response.catalogue(shape),
        *[feature for owner in track_record.OWNERS for feature in track_record.catalogue(owner, shape)],
        *lead_customer.catalogue(shape),
    ]


def stored_columns(shape: FeatureShape) -> list[str]:
    """Columns of the stored view: the features, then the context that is none."""
    return [*names(catalogue(shape)), *CONTEXT_NUMBERS, *CONTEXT_TEXTS]
