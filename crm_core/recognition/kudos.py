"""Kudos: a rep praises a colleague, who gets the medal and its points."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select

from configs.settings import Settings
from crm_core.database import read_transaction, write_transaction
from crm_core.errors import RecognitionConflictError, RecognitionError
from crm_core.recognition.catalogue import entry_of
from crm_core.recognition.months import month_of
from crm_core.recognition.points import Points, book, lock_points, points_rule_version
from crm_core.recognition.reps import staff_at
from crm_core.tables import Kudos


@dataclass(frozen=True)
class Praise:
    """One rep's praise of another. `month`: YYYY-MM; `medal`: its code in configs/recognition.yaml."""

    from_rep_id: str
    to_rep_id: str
    month: str
    medal: str
    reason: str
    given_at: datetime


def give_kudos(
    engine: Engine, settings: Settings, from_rep_id: str, to_rep_id: str, medal: str, reason: str, as_of: datetime
) -> Praise:
    """Praise a colleague; the same again within the month changes nothing.

    Raises
    ------
    UnknownRecognitionError: no such medal or active rep. RecognitionError: praise of oneself, without a reason, or
    beyond the month's number. RecognitionConflictError: the colleague was praised this month for something else.
    """
    price = entry_of("medal", settings.recognition.medals, medal).points
    new = Praise(from_rep_id, to_rep_id, month_of(as_of, settings.intake.timezone), medal, reason.strip(), as_of)
    _check(new)
    with write_transaction(engine) as connection:
        lock_points(connection)
        staff_at(connection, as_of).check_active(from_rep_id, to_rep_id)
        given = _given_in(connection, from_rep_id, new.month)
        for one in given:
            if one.to_rep_id == to_rep_id:
                return _same(one, new)
        if len(given) >= settings.recognition.kudos_per_month:
            raise RecognitionError(
                f"A rep must praise at most {settings.recognition.kudos_per_month} colleagues a month, "
                f"but {from_rep_id} did so in {new.month} already."
            )
        connection.execute(insert(Kudos).values(asdict(new)))
        source, version = f"{from_rep_id} {new.month}", points_rule_version(settings)
        book(connection, Points(to_rep_id, as_of, "medal", source, medal, price, version))
    return new


def medals_of(engine: Engine, rep_id: str, as_of: datetime) -> list[Praise]:
    """The praise a rep was given up to as_of, oldest first."""
    table = Kudos.__table__
    mine = select(table).where(table.c.to_rep_id == rep_id, table.c.given_at <= as_of)
    with read_transaction(engine) as connection:
        rows = connection.execute(mine.order_by(table.c.given_at, table.c.from_rep_id)).mappings()
        return [Praise(**row) for row in rows]


def _check(new: Praise) -> None:
    if new.from_rep_id == new.to_rep_id:
        raise RecognitionError(f"A rep must praise somebody else, but {new.from_rep_id} praised itself.")
    if not new.reason:
        raise RecognitionError("Praise must give its reason, but it is empty.")


def _given_in(connection: Connection, rep_id: str, month: str) -> list[Praise]:
    table = Kudos.__table__
    mine = select(table).where(table.c.from_rep_id == rep_id, table.c.month == month)
    return [Praise(**row) for row in connection.execute(mine).mappings()]


def _same(there: Praise, new: Praise) -> Praise:
    if (there.medal, there.reason) != (new.medal, new.reason):
        raise RecognitionConflictError(
            f"A colleague must be praised at most once a month, but {there.to_rep_id} was by {there.from_rep_id} "
            f"for {there.medal} in {there.month}."
        )
    return there
