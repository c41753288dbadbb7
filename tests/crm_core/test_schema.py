from __future__ import annotations

import pytest

from crm_core.errors import UnknownTableError
from crm_core.queries import TABLE_COLUMNS
from crm_core.schema import BUNDLE, table_spec
from crm_core.tables import BUNDLE_TABLES, Base

# The public contract, section 1; * = required.
CONTRACT = """
channels | channel_id*, name*, kind
channel_spend | channel_id*, spent_on*, amount*, currency
reps | rep_id*, name*, team, manager_id, email, hired_on, weekly_capacity_hours, active
customers | customer_id*, name*, unified_social_credit_code, phone, email, industry, region, \
employee_count, annual_revenue, created_at
leads | lead_id*, created_at*, customer_id, company_name, contact_name, phone, email, channel_id, \
campaign, product, expected_amount, budget, employee_count, industry, region, rep_id
stage_events | lead_id*, stage*, entered_at*, event_id, actor, reason
activities | activity_id*, occurred_at*, kind*, lead_id, customer_id, rep_id, direction, \
duration_seconds, is_effective, summary, source, consent
orders | order_id*, customer_id*, ordered_at*, amount*, lead_id, rep_id, category, discount_rate, quantity
payments | payment_id*, order_id*, amount*, paid_at*, status
receivables | invoice_id*, customer_id*, amount*, due_on*, paid_on, order_id
ratings | rating_id*, rep_id*, score*, rated_at*, customer_id
attribute_changes | entity*, entity_id*, attribute*, value*, changed_at*
sync_log | source_system*, occurred_at*, status*, entity, entity_id, message
"""
LINES = [line.split(" | ") for line in CONTRACT.strip().splitlines()]


@pytest.mark.parametrize(("table", "columns"), LINES)
def test_a_table_has_the_columns_of_the_contract(table: str, columns: str) -> None:
    found = {f"{field.name}{'*' if field.is_required else ''}" for field in BUNDLE[table].importable.values()}
    # `entity` of attribute_changes bears no star in the contract, but is part of the key.
    assert found == set(columns.split(", "))


def test_there_are_no_other_tables() -> None:
    assert set(BUNDLE) == {table for table, _ in LINES}


def test_amounts_are_stored_in_cents() -> None:
    assert TABLE_COLUMNS["orders"]["amount_cents"] == "integer"
    assert "amount" not in TABLE_COLUMNS["orders"]


def test_only_leads_and_customers_carry_attributes() -> None:
    assert {name: spec.entity for name, spec in BUNDLE.items() if spec.entity} == {
        "customers": "customer",
        "leads": "lead",
    }


def test_every_table_says_its_grain_and_an_invariant() -> None:
    for table in BUNDLE_TABLES:
        assert (table.__doc__ or "").startswith("One row per"), table
        assert "Invariant" in (table.__doc__ or ""), table


def test_an_unknown_table_is_named_with_the_known_ones() -> None:
    with pytest.raises(UnknownTableError, match=r"must be one of channels, .* but got 'led'"):
        table_spec("led")


def test_every_table_says_its_grain_and_invariants() -> None:
    """`make check` cannot: it is words, and they are what a reader of the database has."""
    silent = [
        mapper.class_.__tablename__
        for mapper in Base.registry.mappers
        if not (mapper.class_.__doc__ or "").startswith("One row ") or "nvariant" not in (mapper.class_.__doc__ or "")
    ]
    assert silent == []
