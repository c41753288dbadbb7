"""All features of a customer, joined: grain (customer, as_of)."""

from __future__ import annotations

from features import (
    attributes,
    customer_orders,
    customer_payments,
    customer_profile,
    customer_ratings,
    customer_receivables,
    customer_rhythm,
    rfm_tiers,
)
from features.asof import Hold, Table, Tables, as_numbers, joined, unheld
from features.entity_rows import rows_as_of
from features.schema import Feature, names
from features.shape import FeatureShape

CONTEXT_TEXTS = ("name",)


def customer_features(tables: Tables, spine: Table, shape: FeatureShape, hold: Hold = unheld) -> Table:
    """Stored features and context of every (entity_id, as_of) of the spine, with or without a customer record.

    `tables` needs, beside the canonical ones, `rfm_means` (see rfm_tiers.mean_money) for every as_of of the spine.
    """
    orders = hold(customer_orders.order_rows(tables, spine))
    figures = hold(customer_orders.customer_orders(orders, spine, shape))
    rows = rows_as_of("customer", tables, spine, shape, hold)
    parts = [
        rfm_tiers.with_tiers(figures, tables["rfm_means"], shape),
        customer_rhythm.customer_rhythm(orders, spine),
        customer_payments.customer_payments(tables, orders, spine, shape),
        customer_receivables.customer_receivables(tables, spine),
        customer_ratings.customer_ratings(tables, spine, shape),
        customer_ratings.customer_contacts(tables, spine),
        customer_profile.customer_profile(rows, spine),
        customer_profile.calendar(spine),
        attributes.attributes("customer", rows, shape),
    ]
    whole = joined(figures, [hold(part) for part in parts])
    return as_numbers(whole).select("entity_id", "as_of", *stored_columns(shape))


def catalogue(shape: FeatureShape) -> list[Feature]:
    """Every stored feature of a customer, in the order of the columns."""
    return [
        *customer_orders.catalogue(shape),
        *rfm_tiers.catalogue(shape),
        *customer_rhythm.catalogue(shape),
        *customer_payments.catalogue(shape),
        *customer_receivables.catalogue(shape),
        *customer_ratings.catalogue(shape),
        *customer_profile.catalogue(shape),
        *attributes.catalogue("customer", shape),
    ]


def stored_columns(shape: FeatureShape) -> list[str]:
    """Columns of the stored view: the features, then the context that is none."""
    return [*names(catalogue(shape)), *CONTEXT_TEXTS]
