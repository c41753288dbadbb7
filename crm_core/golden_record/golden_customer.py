"""The golden record of one customer: base data, aliases, transactions, service record (mission D1)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from configs.settings import Settings
from crm_core.database import read_transaction
from crm_core.errors import UnknownCustomerError
from crm_core.funnel.versions import rows_of_as_of
from crm_core.golden_record.aliases import live_merges, members_of
from crm_core.golden_record.fault_records import EntryFault, read_faults
from crm_core.golden_record.profile import plain_rows
from crm_core.golden_record.references import references_of
from crm_core.golden_record.service import Service, service_of
from crm_core.golden_record.survivorship import FIELDS, Chosen, attribute_data, base_data
from crm_core.golden_record.transactions import Transactions, transactions_of


@dataclass(frozen=True)
class Alias:
    """One id of the record, with the name entered under it."""

    customer_id: str
    name: str


@dataclass(frozen=True)
class LiveMerge:
    """A merge that holds the record together; `merge_id` undoes it."""

    merge_id: int
    from_id: str
    into_id: str
    score: float | None
    decided_by: str
    actor: str
    decided_at: datetime


@dataclass(frozen=True)
class GoldenCustomer:
    """One firm, whatever ids it goes by.

    `base` and `attributes` name the customer each value comes from; `references`: table -> rows that refer to any id;
    `aliases`: the golden id first.
    """

    golden_id: str
    as_of: datetime
    base: dict[str, Chosen]
    attributes: dict[str, Chosen]
    aliases: tuple[Alias, ...]
    merges: tuple[LiveMerge, ...]
    references: dict[str, int]
    transactions: Transactions
    service: Service
    faults: tuple[EntryFault, ...]


def golden_customer(engine: Engine, settings: Settings, any_id: str, as_of: datetime) -> GoldenCustomer:
    """The record that `any_id` belongs to, as everything was known at as_of.

    Raises
    ------
    UnknownCustomerError: no customer of this id is known at as_of.
    DatabaseError: the database cannot be read.
    """
    with read_transaction(engine) as connection:
        ids = members_of(connection, any_id, as_of)
        rows = _customer_rows(connection, ids, as_of)
        if not rows:
            raise UnknownCustomerError(f"A customer must be known at as_of, but {any_id!r} is not.")
        return GoldenCustomer(
            golden_id=ids[0],
            as_of=as_of,
            base=base_data(rows, settings.golden_record),
            attributes=attribute_data(rows, settings.golden_record),
            aliases=tuple(Alias(row["customer_id"], row["name"]) for row in rows),
            merges=_merges(connection, ids, as_of),
            references={table: len(keys) for table, keys in references_of(connection, any_id, as_of).items()},
            transactions=transactions_of(connection, ids, as_of),
            service=service_of(connection, ids, as_of),
            faults=tuple(read_faults(connection, as_of, ids)),
        )


def _customer_rows(connection: Connection, ids: Sequence[str], as_of: datetime) -> list[dict[str, Any]]:
    """Rows of the ids, the golden id's first; `attributes` as a dict."""
    frame = rows_of_as_of(connection, "customers", as_of, [*FIELDS, "attributes"], ("customer_id", ids))
    rows = sorted(plain_rows(frame), key=lambda row: ids.index(row["customer_id"]))
    return [{**row, "attributes": _attributes(row["attributes"])} for row in rows]


def _attributes(stored: str | dict[str, Any] | None) -> dict[str, Any]:
    return json.loads(stored) if isinstance(stored, str) else stored or {}


def _merges(connection: Connection, ids: Sequence[str], as_of: datetime) -> tuple[LiveMerge, ...]:
    own = [merge for merge in live_merges(connection, as_of) if merge.from_id in ids]
    return tuple(LiveMerge(**{name: getattr(merge, name) for name in LiveMerge.__dataclass_fields__}) for merge in own)
