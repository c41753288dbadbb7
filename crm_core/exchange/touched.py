"""Which leads and customers an event touches: those whose features it may change at once.

What an event changes of others (the track record of a channel or rep, a mean over all customers) comes with the next
build of the features, as does what it takes from whom an earlier version of the row named; so do channels, their spend,
ratings by nobody in particular, and the sync log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, select

from crm_core.database import read_transaction
from crm_core.events import as_word
from crm_core.golden_record.alias_versions import with_relatives
from crm_core.tables import Lead, Order, Payment

Rows = Sequence[Mapping[str, Any]]

# table -> columns of its rows that name a lead, and a customer.
_LEAD_COLUMNS = dict.fromkeys(("leads", "stage_events", "activities", "orders"), ("lead_id",))
_CUSTOMER_COLUMNS = dict.fromkeys(("customers", "activities", "orders", "receivables", "ratings"), ("customer_id",))
_CHUNK = 500


@dataclass(frozen=True)
class Touched:
    """Ids of leads and customers, each once."""

    lead_ids: frozenset[str]
    customer_ids: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.lead_ids or self.customer_ids)


def touched_by(engine: Engine, table: str, rows: Rows) -> Touched:
    """Leads and customers that these stored rows of a bundle table touch; a customer touches all leads of it and of the
    customers that it is merged with, or was.
    """
    leads = _named(rows, _LEAD_COLUMNS.get(table, ()))
    customers = _named(rows, _CUSTOMER_COLUMNS.get(table, ()))
    with read_transaction(engine) as connection:
        if table == "attribute_changes":
            leads = _named([row for row in rows if row.get("entity") == "lead"], ("entity_id",))
            customers = _named([row for row in rows if row.get("entity") == "customer"], ("entity_id",))
        elif table == "payments":
            customers |= _customers_of_payments(connection, rows)
        elif table == "reps":
            leads |= _leads_with(connection, Lead.rep_id, _named(rows, ("rep_id",)))
        leads |= _leads_with(connection, Lead.customer_id, with_relatives(connection, customers))
    return Touched(frozenset(leads), frozenset(customers))


def _named(rows: Rows, columns: Iterable[str]) -> set[str]:
    """Ids in these columns, as they are stored."""
    words = {as_word(row.get(column)) for column in columns for row in rows}
    return {word.strip() for word in words if word and word.strip()}


def _leads_with(connection: Connection, column: Any, ids: Iterable[str]) -> set[str]:
    return _looked_up(connection, Lead.lead_id, column, ids)


def _customers_of_payments(connection: Connection, rows: Rows) -> set[str]:
    orders = _named(rows, ("order_id",))
    orders |= _looked_up(connection, Payment.order_id, Payment.payment_id, _named(rows, ("payment_id",)))
    return _looked_up(connection, Order.customer_id, Order.order_id, orders)


def _looked_up(connection: Connection, wanted: Any, column: Any, ids: Iterable[str]) -> set[str]:
    every, found = sorted(ids), set()
    for start in range(0, len(every), _CHUNK):
        found |= set(connection.execute(select(wanted).where(column.in_(every[start : start + _CHUNK]))).scalars())
    return {str(one) for one in found}
