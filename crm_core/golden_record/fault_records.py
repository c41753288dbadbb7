"""The faults of entry as records: found once per version of a row, shown while that version is the current one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.dialects import postgresql, sqlite

from configs.settings import Settings
from crm_core.database import read_transaction, write_transaction
from crm_core.funnel.versions import rows_as_of, rows_of_as_of
from crm_core.golden_record.faults import RULES, faults_of
from crm_core.golden_record.profile import plain_rows
from crm_core.tables import CustomerFault

CHECKED = ("name", "phone", "unified_social_credit_code")
_CHUNK = 5_000
_COUNT = select(func.count()).select_from(CustomerFault)


@dataclass(frozen=True)
class EntryFault:
    """A rule that the current row of a customer breaks, with the value as entered."""

    customer_id: str
    rule: str
    value: str
    found_at: datetime

    @property
    def en(self) -> str:
        """The rule in English."""
        return RULES[self.rule][1]

    @property
    def zh(self) -> str:
        """The rule in Chinese."""
        return RULES[self.rule][2]


def check_customers(
    engine: Engine, settings: Settings, as_of: datetime, customer_ids: Sequence[str] | None = None
) -> int:
    """Check the rows known at as_of, all or those of `customer_ids`, and record what they break; how many were new.

    Raises
    ------
    DatabaseError: the database cannot be read or written; nothing is stored.
    """
    with read_transaction(engine) as connection:
        frame = _standing(connection, as_of, customer_ids, CHECKED)
    region = settings.golden_record.phone_region
    found = [record for row in plain_rows(frame) for record in _records(row, region, as_of)]
    dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(CustomerFault.__table__).on_conflict_do_nothing()
    with write_transaction(engine) as connection:
        before = connection.execute(_COUNT).scalar_one()
        for start in range(0, len(found), _CHUNK):
            connection.execute(statement, found[start : start + _CHUNK])
        return int(connection.execute(_COUNT).scalar_one() - before)


def entry_faults(engine: Engine, as_of: datetime, customer_ids: Sequence[str] | None = None) -> list[EntryFault]:
    """Faults of the rows that stood at as_of, as far as they were found by then, by customer and rule."""
    with read_transaction(engine) as connection:
        return read_faults(connection, as_of, customer_ids)


def read_faults(connection: Connection, as_of: datetime, customer_ids: Sequence[str] | None = None) -> list[EntryFault]:
    """The same within a transaction."""
    fault = CustomerFault
    query = select(fault.__table__).where(fault.found_at <= as_of).order_by(fault.customer_id, fault.rule)
    if customer_ids is not None:
        query = query.where(fault.customer_id.in_(customer_ids))
    versions = set(_standing(connection, as_of, customer_ids)["change_seq"])
    found = (row for row in connection.execute(query) if row.change_seq in versions)
    return [EntryFault(row.customer_id, row.rule, row.value, row.found_at) for row in found]


def _standing(
    connection: Connection, as_of: datetime, customer_ids: Sequence[str] | None, columns: Sequence[str] = ()
) -> pd.DataFrame:
    """The versions of as_of of all customers, or of some."""
    if customer_ids is None:
        return rows_as_of(connection, "customers", as_of, columns)
    return rows_of_as_of(connection, "customers", as_of, columns, ("customer_id", customer_ids))


def _records(row: Mapping[str, Any], region: str, as_of: datetime) -> list[dict[str, Any]]:
    return [
        {
            "customer_id": row["customer_id"],
            "change_seq": int(row["change_seq"]),
            "rule": fault.rule,
            "value": fault.value,
            "found_at": as_of,
        }
        for fault in faults_of(row, region)
    ]
