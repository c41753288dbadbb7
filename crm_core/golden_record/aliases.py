"""Under which golden id a customer stands: a replay of the merges that are live at a moment.

A merge unites the set of `from_id` with the set of `into_id` under the golden id of the latter. Because nothing but the
live merges decides, undoing the last one gives the state before it, and undoing any gives the state as if it had never
been. Rows that refer to a customer are read through these functions, so a merge moves all of them and an import none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select, text

from crm_core.change_counter import lock_counter
from crm_core.errors import MergeRefusedError
from crm_core.tables import CustomerMerge


def golden_ids(connection: Connection, as_of: datetime) -> dict[str, str]:
    """Customer id -> golden id, of every customer that was merged into another and of no other."""
    golden = _replayed(live_merges(connection, as_of))
    return {customer_id: root for customer_id, root in golden.items() if customer_id != root}


def golden_id_of(connection: Connection, customer_id: str, as_of: datetime) -> str:
    """The golden id of any id; a customer that was never merged is its own."""
    return golden_ids(connection, as_of).get(customer_id, customer_id)


def resolve(connection: Connection, customer_ids: Iterable[str], as_of: datetime) -> dict[str, str]:
    """Each id -> its golden id."""
    golden = golden_ids(connection, as_of)
    return {customer_id: golden.get(customer_id, customer_id) for customer_id in customer_ids}


def members_of(connection: Connection, any_id: str, as_of: datetime) -> list[str]:
    """All ids of one golden record, its own first, the others in order."""
    golden = golden_ids(connection, as_of)
    root = golden.get(any_id, any_id)
    return [root, *sorted(customer_id for customer_id, other in golden.items() if other == root)]


def live_merges(connection: Connection, as_of: datetime) -> Sequence[Any]:
    """Merges decided and not undone at as_of, in the order of decisions."""
    query = select(CustomerMerge.__table__).where(is_live(as_of)).order_by(CustomerMerge.merge_id)
    return connection.execute(query).all()


def is_live(as_of: datetime) -> ColumnElement[bool]:
    """Condition on merges: decided and not undone at as_of."""
    is_standing = or_(CustomerMerge.undone_at.is_(None), CustomerMerge.undone_at > as_of)
    return (CustomerMerge.decided_at <= as_of) & is_standing


def lock_merges(connection: Connection, as_of: datetime) -> int:
    """Let no other writer decide until this transaction ends; returns the last merge_id, 0 if there is none.

    The change counter is locked too, and first, as every writer of both does. On SQLite a write transaction locks by
    itself.

    Raises
    ------
    MergeRefusedError: something was decided or undone after as_of, and the order of decisions is the order of time.
    """
    lock_counter(connection)
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE customer_merges IN EXCLUSIVE MODE"))
    table = CustomerMerge
    last, *moments = connection.execute(
        select(func.max(table.merge_id), func.max(table.decided_at), func.max(table.undone_at))
    ).one()
    newest = max((moment for moment in moments if moment), default=as_of)
    if newest > as_of:
        raise MergeRefusedError(
            f"A decision must not be made before the last one of {newest.isoformat()}, but got {as_of.isoformat()}."
        )
    return int(last or 0)


def _replayed(merges: Iterable[Any]) -> dict[str, str]:
    """Every id that a merge names -> its golden id."""
    golden: dict[str, str] = {}
    members: dict[str, list[str]] = {}
    for merge in merges:
        absorbed, root = (golden.setdefault(end, end) for end in (merge.from_id, merge.into_id))
        moved = members.pop(absorbed, [absorbed])
        members.setdefault(root, [root]).extend(moved)
        golden |= dict.fromkeys(moved, root)
    return golden
