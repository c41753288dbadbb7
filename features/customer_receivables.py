"""What the customer owes beyond its date (mission D6)."""

from __future__ import annotations

from features.asof import Table, Tables, counted, visible_rows
from features.moments import day_number, micro
from features.schema import Feature, number
from features.shape import FeatureShape

COUNTS = ("count_overdue_invoices", "overdue_cents", "max_overdue_days")


def customer_receivables(tables: Tables, spine: Table, members: Table | None = None) -> Table:
    """Invoices whose due day lies before as_of's day (UTC) and that are unpaid at as_of.

    A payment dated after as_of is not seen, though the row may hold it. `members`: (entity_id, as_of, member_id), the
    customers whose invoices count; only those of entity_id itself where it is not given.
    """
    owners, owner = (spine, "entity_id") if members is None else (members, "member_id")
    columns = ["amount_cents", "due_on", "paid_on"]
    seen = visible_rows(owners, tables["receivables"], "customer_id", columns, owner=owner)
    is_paid = (micro(seen.paid_on) <= seen.as_of).fill_null(False)
    late = seen.mutate(late_days=day_number(seen.as_of) - day_number(micro(seen.due_on)))
    late = late.filter(~is_paid & (late.late_days > 0))
    aggregated = late.group_by(["entity_id", "as_of"]).aggregate(
        count_overdue_invoices=late.count(),
        overdue_cents=late.amount_cents.sum().cast("int64"),
        max_overdue_days=late.late_days.max(),
    )
    return counted(spine, aggregated, COUNTS)


def catalogue(_shape: FeatureShape) -> list[Feature]:
    """Overdue receivables."""
    return [
        number("count_overdue_invoices", "Overdue invoices", "逾期发票数", "invoices"),
        number("overdue_cents", "Overdue amount", "逾期金额", "cents"),
        number("max_overdue_days", "Days overdue, longest", "最长逾期天数", "days"),
    ]
