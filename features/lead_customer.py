"""What is known of the customer behind a lead, when the lead names one."""

from __future__ import annotations

from features.asof import Hold, Table, Tables
from features.asof import joined as join_parts
from features.customer_family import members_of
from features.customer_orders import order_rows, recency_frequency_monetary
from features.customer_receivables import customer_receivables
from features.entity_rows import rows_as_of
from features.schema import Feature, number
from features.shape import FeatureShape

FIRM = ("industry", "region", "employee_count")  # of a lead that does not say, its customer's


def with_firm(tables: Tables, rows: Table, shape: FeatureShape, hold: Hold) -> Table:
    """`rows` (see entity_rows) with what the lead leaves empty of `FIRM` as its customer's record has it at as_of."""
    linked = rows.filter(rows.customer_id.notnull()).select("as_of", entity_id="customer_id").distinct()
    firms = rows_as_of("customer", tables, hold(linked), shape, hold, only=FIRM)
    firms = firms.select(
        firm_id=firms.entity_id, firm_as_of=firms.as_of, **{f"firm_{name}": firms[name] for name in FIRM}
    )
    both = rows.left_join(firms, [rows.customer_id == firms.firm_id, rows.as_of == firms.firm_as_of])
    filled = {name: both[name].coalesce(both[f"firm_{name}"]) for name in FIRM}
    return hold(both.mutate(**filled).select(*rows.columns))


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
