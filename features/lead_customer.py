"""What is known of the customer behind a lead, when the lead names one."""

from __future__ import annotations

import ibis

from features.asof import Hold, Table, Tables
from features.asof import joined as join_parts
from features.customer_family import members_of
from features.customer_orders import order_rows, recency_frequency_monetary
from features.customer_receivables import customer_receivables
from features.entity_rows import rows_as_of
from features.moments import LATEST, micro
from features.schema import Feature, number
from features.shape import FeatureShape

FIRM = ("industry", "region", "employee_count")  # of a lead that does not say, its customer's


def customer_firms(tables: Tables, shape: FeatureShape, hold: Hold) -> Table:
    """(customer_id, visible_from, visible_until, and FIRM): what each customer's own record said of the firm, and when.

    Intervals of one customer do not overlap.
    """
    customers, log = tables["customers"], tables["attribute_changes"]
    moments = customers.select(entity_id=customers.customer_id, as_of=customers.visible_from)
    changes = log.filter(log.entity == "customer")
    moments = hold(moments.union(changes.select("entity_id", as_of=changes.visible_from)).distinct())
    known = rows_as_of("customer", tables, moments, shape, hold, only=FIRM)
    following = ibis.window(group_by=known.entity_id, order_by=known.as_of)
    until = micro(known.as_of.lead().over(following).fill_null(LATEST))
    return known.select(*FIRM, customer_id=known.entity_id, visible_from=known.as_of, visible_until=until)


def with_firm(tables: Tables, rows: Table) -> Table:
    """`rows` (see entity_rows) with what the lead leaves empty of `FIRM` as its customer's record had it at as_of.

    `tables` needs `customer_firms`.
    """
    firms = tables["customer_firms"]
    said = firms.select(
        "visible_from", "visible_until", firm_id=firms.customer_id, **{f"firm_{name}": firms[name] for name in FIRM}
    )
    seen = [
        rows.customer_id == said.firm_id,
        said.visible_from <= rows.as_of,
        said.visible_until > rows.as_of,
    ]
    both = rows.left_join(said, seen)
    return both.mutate(**{name: both[name].coalesce(both[f"firm_{name}"]) for name in FIRM}).select(*rows.columns)


def lead_customer(tables: Tables, rows: Table, shape: FeatureShape, hold: Hold) -> Table:
    """R, F, M and overdue receivables of the lead's customer at as_of, over all ids that the firm has then by merges;
    null without a customer.

    `rows`: (entity_id, as_of, customer_id). `tables` needs `customer_families`, see customer_family.
    """
    linked = rows.filter(rows.customer_id.notnull()).select("entity_id", "as_of", "customer_id")
    spine = hold(linked.select("as_of", entity_id="customer_id").distinct())
    members = hold(members_of(spine, tables["customer_families"]))
    figures = hold(recency_frequency_monetary(order_rows(tables, members, "member_id"), shape.rfm_days))
    dues = hold(customer_receivables(tables, spine, members))
    whole = join_parts(spine, [figures, dues])
    both = linked.join(whole, [linked.customer_id == whole.entity_id, linked.as_of == whole.as_of])
    return both.select(
        linked.entity_id,
        linked.as_of,
        customer_recency_days=whole.recency_days,
        customer_frequency=whole[f"frequency_{shape.rfm_days}d"].fill_null(0),
        customer_monetary_cents=whole[f"monetary_cents_{shape.rfm_days}d"].fill_null(0),
        customer_overdue_count=whole.count_overdue_invoices,
        customer_overdue_cents=whole.overdue_cents,
    )


def catalogue(shape: FeatureShape) -> list[Feature]:
    """The customer behind the lead."""
    days = shape.rfm_days
    return [
        number("customer_recency_days", "Customer: days since the last order", "客户距上次下单天数", "days"),
        number("customer_frequency", f"Customer: orders, last {days} days", f"客户近{days}天订单数", "orders"),
        number(
            "customer_monetary_cents", f"Customer: order value, last {days} days", f"客户近{days}天订单金额", "cents"
        ),
        number("customer_overdue_count", "Customer: overdue invoices", "客户逾期发票数", "invoices"),
        number("customer_overdue_cents", "Customer: overdue amount", "客户逾期金额", "cents"),
    ]
