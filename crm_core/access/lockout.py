"""Failed attempts to sign in, per name and per address, and the growing wait that follows them.

A wait and not a lock: who guesses gets a few hundred tries a week, and who was guessed at is never shut out for long.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update

from configs.sections import Pages
from crm_core.database import write_transaction
from crm_core.tables import SignInFailure

TABLE = SignInFailure.__table__
NAME, ADDRESS = "name", "address"
Subject = tuple[str, str]  # (NAME or ADDRESS, what was given)


def wait_seconds(failures: int, allowed: int, rules: Pages) -> float:
    """How long after the last failure the next attempt has to wait.

    >>> from configs.settings import load_settings
    >>> [wait_seconds(n, 5, load_settings().pages) for n in (4, 5, 6, 7, 30)]
    [0.0, 2.0, 4.0, 8.0, 900.0]
    """
    if failures < allowed:
        return 0.0
    return min(rules.max_wait_seconds, rules.first_wait_seconds * 2.0 ** min(failures - allowed, 30))


def take_attempt(engine: Engine, subjects: Sequence[Subject], rules: Pages, now: datetime) -> float:
    """Count an attempt for each of these before it is made, so that many at once are no way around the wait.

    Returns the seconds that they have to wait, the longest of them; 0: the attempt is counted and may be made.
    """
    oldest = now - timedelta(hours=rules.forget_attempts_hours)
    with write_transaction(engine) as connection:
        connection.execute(delete(SignInFailure).where(TABLE.c.last_at <= oldest))
        found = {subject: _row(connection, subject) for subject in subjects}
        if (wait := max(_wait_left(subject[0], row, rules, now) for subject, row in found.items())) > 0:
            return wait
        for subject, row in found.items():
            _count(connection, subject, row, now)
    return 0.0


def forgive(engine: Engine, subjects: Sequence[Subject]) -> None:
    """The attempt succeeded: the name starts anew, and the address is charged for one attempt less.

    Not for none: who owns an account must not wash the address by signing in.
    """
    with write_transaction(engine) as connection:
        for kind, value in subjects:
            mine = TABLE.c.subject == _digest(kind, value)
            if kind == NAME:
                connection.execute(delete(SignInFailure).where(mine))
            else:
                connection.execute(update(SignInFailure).where(mine).values(count=TABLE.c.count - 1))


def _count(connection: Connection, subject: Subject, row: Any, now: datetime) -> None:
    digest = _digest(*subject)
    if row is None:
        connection.execute(insert(SignInFailure).values(subject=digest, count=1, last_at=now))
    else:
        values = {"count": row.failures + 1, "last_at": now}
        connection.execute(update(SignInFailure).where(TABLE.c.subject == digest).values(values))


def _wait_left(kind: str, row: Any, rules: Pages, now: datetime) -> float:
    if row is None:
        return 0.0
    passed: float = (now - row.last_at).total_seconds()
    return wait_seconds(row.failures, _allowed(kind, rules), rules) - passed


def _allowed(kind: str, rules: Pages) -> int:
    return rules.attempts_before_wait * (rules.address_factor if kind == ADDRESS else 1)


def _row(connection: Connection, subject: Subject) -> Any:
    """Failures and last_at, or None."""
    query = select(TABLE.c.count.label("failures"), TABLE.c.last_at).where(TABLE.c.subject == _digest(*subject))
    return connection.execute(query).first()


def _digest(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode("utf-8", "surrogatepass")).hexdigest()
