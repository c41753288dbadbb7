"""Learning record: courses finished, and certificates with their validity."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, insert, select

from configs.sections import Course
from configs.settings import Settings
from crm_core.database import read_transaction, write_transaction
from crm_core.errors import RecognitionConflictError, RecognitionError
from crm_core.recognition.catalogue import entry_of
from crm_core.recognition.points import Points, book, lock_points, points_rule_version
from crm_core.recognition.reps import staff_at
from crm_core.rule_version import rule_version
from crm_core.tables import LearningResult


@dataclass(frozen=True)
class Result:
    """A course finished with a score of 100; certificate_id and valid_until where it was passed."""

    rep_id: str
    course: str
    finished_at: datetime
    score: float
    certificate_id: str | None
    valid_until: datetime | None
    rule_version: str

    def is_valid(self, as_of: datetime) -> bool:
        """Whether there is a certificate that counts at as_of."""
        return self.valid_until is not None and self.finished_at <= as_of < self.valid_until


def record_result(
    engine: Engine, settings: Settings, rep_id: str, course: str, score: float, as_of: datetime
) -> Result:
    """Record that a rep finished a course at as_of; from the pass score on it gets a certificate.

    Points come with a certificate only where the rep held no valid one of the course at that moment.

    Raises
    ------
    UnknownRecognitionError: no such course or active rep. RecognitionError: a score outside 0 to 100.
    RecognitionConflictError: the same moment was recorded with another score.
    """
    rule = entry_of("course", settings.recognition.courses, course)
    if not 0 <= score <= 100:
        raise RecognitionError(f"The score of a course must be between 0 and 100, but got {score:g}.")
    new = _judged(rep_id, course, score, rule, as_of)
    with write_transaction(engine) as connection:
        lock_points(connection)
        staff_at(connection, as_of).check_active(rep_id)
        earlier = [one for one in _results(connection, rep_id) if one.course == course]
        for one in earlier:
            if one.finished_at == as_of:
                return _same(one, new)
        connection.execute(insert(LearningResult).values(asdict(new)))
        _reward(connection, settings, new, earlier, rule.points)
    return new


def learning_record(engine: Engine, rep_id: str, as_of: datetime) -> list[Result]:
    """All courses a rep finished up to as_of, oldest first."""
    with read_transaction(engine) as connection:
        return [one for one in _results(connection, rep_id) if one.finished_at <= as_of]


def find_certificate(engine: Engine, certificate_id: str) -> Result | None:
    """The result that a certificate was given for; None where there is none with this id."""
    table = LearningResult.__table__
    with read_transaction(engine) as connection:
        row = connection.execute(select(table).where(table.c.certificate_id == certificate_id)).mappings().first()
    return Result(**row) if row else None


def _judged(rep_id: str, course: str, score: float, rule: Course, as_of: datetime) -> Result:
    version = rule_version(course, pass_score=rule.pass_score, valid_days=rule.valid_days)
    if score < rule.pass_score:
        return Result(rep_id, course, as_of, score, None, None, version)
    digest = hashlib.sha256(f"{rep_id}\n{course}\n{as_of.isoformat()}".encode()).hexdigest()
    until = as_of + timedelta(days=rule.valid_days)
    return Result(rep_id, course, as_of, score, f"cert_{digest[:16]}", until, version)


def _reward(connection: Connection, settings: Settings, new: Result, earlier: Iterable[Result], points: int) -> None:
    if new.certificate_id is None or any(one.is_valid(new.finished_at) for one in earlier):
        return
    version = points_rule_version(settings)
    source = new.certificate_id
    book(connection, Points(new.rep_id, new.finished_at, "certificate", source, new.course, points, version))


def _results(connection: Connection, rep_id: str) -> list[Result]:
    table = LearningResult.__table__
    mine = select(table).where(table.c.rep_id == rep_id).order_by(table.c.finished_at, table.c.course)
    return [Result(**row) for row in connection.execute(mine).mappings()]


def _same(there: Result, new: Result) -> Result:
    if there.score != new.score:
        raise RecognitionConflictError(
            f"A course must have one score per moment, but {there.course} has {there.score:g}, not {new.score:g}."
        )
    return there
