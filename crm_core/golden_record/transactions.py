"""What a golden customer bought, paid and owes, over all its ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy import Connection

from crm_core.funnel.versions import rows_of_as_of


@dataclass(frozen=True)
class Transactions:
    """Money in cents. An order with a negative amount is a cancellation: it is in the sum, not in the count."""

    count_orders: int
    ordered_cents: int
    first_ordered_at: datetime | None
    last_ordered_at: datetime | None
    count_payments: int
    paid_cents: int
    count_unpaid_receivables: int
    unpaid_cents: int


def transactions_of(connection: Connection, customer_ids: Sequence[str], as_of: datetime) -> Transactions:
    """Orders, confirmed payments and receivables due and unpaid, as known at as_of."""
    orders = rows_of_as_of(connection, "orders", as_of, ["amount_cents", "ordered_at"], ("customer_id", customer_ids))
    keys = orders["order_id"].tolist()
    payments = rows_of_as_of(connection, "payments", as_of, ["amount_cents", "status"], ("order_id", keys))
    confirmed = payments.loc[payments["status"] == "confirmed", "amount_cents"]
    columns = ["amount_cents", "paid_on"]
    invoices = rows_of_as_of(connection, "receivables", as_of, columns, ("customer_id", customer_ids))
    is_unpaid = invoices["paid_on"].isna() | (invoices["paid_on"] > pd.Timestamp(as_of).tz_convert(None))
    unpaid = invoices.loc[is_unpaid, "amount_cents"]
    bought = orders.loc[orders["amount_cents"] > 0, "ordered_at"]
    return Transactions(
        count_orders=len(bought),
        ordered_cents=int(orders["amount_cents"].sum()),
        first_ordered_at=moment_or_none(bought.min()),
        last_ordered_at=moment_or_none(bought.max()),
        count_payments=len(confirmed),
        paid_cents=int(confirmed.sum()),
        count_unpaid_receivables=len(unpaid),
        unpaid_cents=int(unpaid.sum()),
    )


def moment_or_none(moment: pd.Timestamp) -> datetime | None:
    """A moment of a frame, aware in UTC; None for NaT."""
    return None if pd.isna(moment) else moment.tz_localize("UTC").to_pydatetime()
