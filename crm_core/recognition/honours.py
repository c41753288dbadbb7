"""The wall of honour: proposed by anybody, approved or declined by a manager who is neither of the two."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from configs.settings import Settings
from crm_core.database import read_transaction, write_transaction
from crm_core.errors import NotEntitledError, RecognitionConflictError, RecognitionError, UnknownRecognitionError
from crm_core.recognition.points import Points, book, lock_points, points_rule_version
from crm_core.recognition.reps import staff_at
from crm_core.tables import Honour


@dataclass(frozen=True)
class Proposal:
    """A place on the wall of honour, proposed; on it once `is_approved`, refused where that is False."""

    honour_id: str
    rep_id: str
    title: str
    story: str
    proposed_by: str
    proposed_at: datetime
    is_approved: bool | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    note: str | None = None


def propose_honour(engine: Engine, rep_id: str, title: str, story: str, proposed_by: str, as_of: datetime) -> Proposal:
    """Propose a rep, oneself too.

    Raises
    ------
    UnknownRecognitionError: one of the two is no active rep. RecognitionError: no title or no story.
    """
    if not title.strip() or not story.strip():
        raise RecognitionError("An honour must have a title and a story, but one is empty.")
    new = Proposal(f"hon_{secrets.token_hex(6)}", rep_id, title.strip(), story.strip(), proposed_by, as_of)
    with write_transaction(engine) as connection:
        staff_at(connection, as_of).check_active(rep_id, proposed_by)
        connection.execute(insert(Honour).values(asdict(new)))
    return new


def decide_honour(
    engine: Engine, settings: Settings, honour_id: str, decided_by: str, as_of: datetime, *, is_approved: bool,
    note: str | None = None,
) -> Proposal:  # fmt: skip
    """Approve or decline a proposal; an approval gives the rep the points. The same decision again changes nothing.

    Raises
    ------
    UnknownRecognitionError: no such proposal yet. NotEntitledError: not a manager, or the rep honoured or proposing.
    RecognitionConflictError: it was decided otherwise already.
    """
    with write_transaction(engine) as connection:
        lock_points(connection)
        found = _found(connection, honour_id, as_of)
        _check_entitled(connection, found, decided_by, as_of)
        new = replace(found, is_approved=is_approved, decided_by=decided_by, decided_at=as_of, note=note)
        if found.decided_at is not None:
            return _same(found, new)
        decision = {name: getattr(new, name) for name in ("is_approved", "decided_by", "decided_at", "note")}
        connection.execute(update(Honour).where(Honour.honour_id == honour_id).values(decision))
        if is_approved:
            price, version = settings.recognition.honour_points, points_rule_version(settings)
            book(connection, Points(new.rep_id, as_of, "honour", honour_id, "honour", price, version))
    return new


def honours(engine: Engine, as_of: datetime) -> list[Proposal]:
    """All proposals as they stood at as_of, newest first; those with `is_approved` are the wall of honour."""
    table = Honour.__table__
    known = select(table).where(table.c.proposed_at <= as_of)
    with read_transaction(engine) as connection:
        rows = connection.execute(known.order_by(table.c.proposed_at.desc(), table.c.honour_id)).mappings()
        return [_as_of(row, as_of) for row in rows]


def _found(connection: Connection, honour_id: str, as_of: datetime) -> Proposal:
    table = Honour.__table__
    known = select(table).where(table.c.honour_id == honour_id, table.c.proposed_at <= as_of)
    row = connection.execute(known).mappings().first()
    if row is None:
        raise UnknownRecognitionError(f"A proposal must have this id, but there is none with {honour_id!r}.")
    return Proposal(**row)


def _check_entitled(connection: Connection, found: Proposal, decided_by: str, as_of: datetime) -> None:
    if decided_by in (found.rep_id, found.proposed_by):
        raise NotEntitledError(
            f"An honour must be decided by neither who is honoured nor who proposed, but {decided_by} is one of them."
        )
    if decided_by not in staff_at(connection, as_of).managers:
        raise NotEntitledError(f"An honour must be decided by a manager of a rep, but {decided_by} is none.")


def _same(found: Proposal, new: Proposal) -> Proposal:
    if (found.is_approved, found.decided_by) != (new.is_approved, new.decided_by):
        word = "approved" if found.is_approved else "declined"
        raise RecognitionConflictError(f"An honour must be decided once, but {found.decided_by} {word} it already.")
    return found


def _as_of(row: Any, as_of: datetime) -> Proposal:
    """What was decided only later is not seen."""
    found = Proposal(**row)
    if found.decided_at is None or found.decided_at <= as_of:
        return found
    return replace(found, is_approved=None, decided_by=None, decided_at=None, note=None)
