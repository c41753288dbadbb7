"""The gates on stored facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.database import read_transaction
from crm_core.funnel.versions import rows_as_of, rows_of_as_of
from crm_core.gates.credit import CreditHold, credit_hold
from crm_core.gates.facts import Invoice
from crm_core.golden_record.aliases import members_of
from crm_core.standing import Resolve, merges_or, resolved

_COLUMNS = ["customer_id", "amount_cents", "due_on", "paid_on"]


def credit_holds(
    engine: Engine, settings: Settings, as_of: datetime, resolve: Resolve | None = None
) -> dict[str, CreditHold]:
    """Customer -> its gate, for all with a receivable known at as_of; of the others none is overdue.

    Raises
    ------
    DatabaseError: the database cannot be read.
    """
    with read_transaction(engine) as connection:
        rows = rows_as_of(connection, "receivables", as_of, _COLUMNS)
        resolve = merges_or(resolve, connection, as_of)
    owners = resolved(rows["customer_id"], resolve)
    return {str(owner): _hold(mine, as_of, settings) for owner, mine in rows.groupby(owners)}


def hold_of(engine: Engine, settings: Settings, customer_id: str, as_of: datetime) -> CreditHold:
    """The gate of one customer, over all ids that it goes by at as_of.

    Raises
    ------
    DatabaseError: the database cannot be read.
    """
    with read_transaction(engine) as connection:
        ids = members_of(connection, customer_id, as_of)
        rows = rows_of_as_of(connection, "receivables", as_of, _COLUMNS, ("customer_id", ids))
    return _hold(rows, as_of, settings)


def _hold(rows: pd.DataFrame, as_of: datetime, settings: Settings) -> CreditHold:
    """Receivables name no currency: theirs is the configured one."""
    return credit_hold(_invoices(rows), as_of, settings.features, settings.intake.currency)


def _invoices(rows: pd.DataFrame) -> Sequence[Invoice]:
    columns = (rows["invoice_id"], rows["amount_cents"], rows["due_on"], rows["paid_on"])
    return [
        Invoice(invoice_id, int(cents), due.date(), _date(paid))
        for invoice_id, cents, due, paid in zip(*columns, strict=True)
    ]


def _date(moment: Any) -> date | None:
    return None if pd.isna(moment) else moment.date()
