"""What people agree on and no system records: who shares a deal, and who is whose mentor. Statements, never edited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select

from crm_core.commission.cents import WHOLE_BP
from crm_core.commission.facts import MentorFact
from crm_core.commission.ledger import lock_ledger
from crm_core.commission.read_facts import read_mentors, read_shares
from crm_core.database import write_transaction
from crm_core.errors import CommissionError
from crm_core.funnel.versions import rows_as_of, rows_of_as_of
from crm_core.tables import DealShare, Mentorship


def record_shares(engine: Engine, order_id: str, shares: Mapping[str, int], as_of: datetime) -> bool:
    """State how reps share an order, in basis points; the last statement holds. False: it said so already.

    Raises
    ------
    CommissionError: no such order or rep at as_of, the shares are not positive or do not add up to 10,000, or there is
    a later statement on the order. DatabaseError: nothing is stored.
    """
    _check_whole(shares)
    with write_transaction(engine) as connection:
        lock_ledger(connection)
        if rows_of_as_of(connection, "orders", as_of, [], ("order_id", [order_id])).empty:
            raise CommissionError(f"An order must be known when it is shared, but there is none with {order_id!r}.")
        _check_reps(connection, as_of, *shares)
        if read_shares(connection, as_of).get(order_id) == dict(shares):
            return False
        _check_last(connection, DealShare.__table__, "order_id", order_id, as_of)
        rows = [
            {"order_id": order_id, "recorded_at": as_of, "rep_id": rep_id, "share_bp": share}
            for rep_id, share in shares.items()
        ]
        connection.execute(insert(DealShare), rows)
    return True


def record_mentor(
    engine: Engine, rep_id: str, mentor_id: str, from_on: date, as_of: datetime, to_on: date | None = None
) -> bool:
    """State that a rep has a mentor from a day on, up to and including `to_on`. False: it was said so already.

    Raises
    ------
    CommissionError: no such rep at as_of, a rep that is its own mentor, an end before the beginning, or there is a
    later statement on the rep. DatabaseError: nothing is stored.
    """
    new = MentorFact(rep_id, mentor_id, from_on, to_on, as_of)
    if rep_id == mentor_id:
        raise CommissionError(f"A mentor must be somebody else, but got {rep_id!r} for both.")
    if to_on is not None and to_on < from_on:
        raise CommissionError(f"A mentorship must not end before it begins, but got {from_on} to {to_on}.")
    with write_transaction(engine) as connection:
        lock_ledger(connection)
        _check_reps(connection, as_of, rep_id, mentor_id)
        same_day = [one for one in read_mentors(connection, as_of).get(rep_id, ()) if one.from_on == from_on]
        last = max(same_day, key=lambda one: one.recorded_at, default=None)
        if last and (last.mentor_id, last.to_on) == (mentor_id, to_on):
            return False
        _check_last(connection, Mentorship.__table__, "rep_id", rep_id, as_of)
        connection.execute(insert(Mentorship).values({name: getattr(new, name) for name in new.__slots__}))
    return True


def is_known_rep(connection: Connection, rep_id: str, as_of: datetime) -> bool:
    """Whether the rep is in the table of reps at as_of."""
    return rep_id in set(rows_as_of(connection, "reps", as_of, [])["rep_id"])


def _check_whole(shares: Mapping[str, int]) -> None:
    if any(share <= 0 for share in shares.values()) or sum(shares.values()) != WHOLE_BP:
        told = ", ".join(f"{rep_id}={share}" for rep_id, share in shares.items())
        raise CommissionError(f"Shares must be positive and add up to {WHOLE_BP:,} basis points, but got {told}.")


def _check_reps(connection: Connection, as_of: datetime, *rep_ids: str) -> None:
    unknown = sorted(set(rep_ids) - set(rows_as_of(connection, "reps", as_of, [])["rep_id"]))
    if unknown:
        raise CommissionError(f"A rep must be known when something is agreed on, but {', '.join(unknown)} is not.")


def _check_last(connection: Connection, table: Any, column: str, value: str, as_of: datetime) -> None:
    """Statements come in the order of time: one in the past would change what was due between."""
    last = connection.execute(select(func.max(table.c.recorded_at)).where(table.c[column] == value)).scalar()
    if last is not None and last >= as_of:
        raise CommissionError(
            f"A statement must come after the last one on {value}, of {last.isoformat()}, but got {as_of.isoformat()}."
        )
