"""People who sign in to the pages: made, listed, given a password, disabled on the command line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from crm_core import audit
from crm_core.access.passwords import hash_password
from crm_core.access.roles import ADMIN, ANALYST, MANAGER, REP
from crm_core.access.scope import Scope, scope_of
from crm_core.database import read_transaction, write_transaction
from crm_core.errors import AccessError
from crm_core.tables import PersonRow, SessionRow

PEOPLES_ROLES = (ADMIN, MANAGER, REP, ANALYST)  # a CRM is nobody who signs in
_NAME = re.compile(r"[\w.@+-]{1,80}")
TABLE = PersonRow.__table__


@dataclass(frozen=True)
class Person:
    """A person without the password. `rep_id`: whose things a rep sees; `teams`: whose a manager does."""

    name: str
    role: str
    rep_id: str | None
    teams: Sequence[str] | None
    created_at: datetime
    password_set_at: datetime
    disabled_at: datetime | None = None

    @property
    def scope(self) -> Scope:
        """Whose leads and customers the person sees."""
        return scope_of(self.role, self.rep_id, self.teams or ())


COLUMNS = tuple(TABLE.c[name] for name in Person.__dataclass_fields__)


def name_as_stored(typed: str) -> str:
    """The one form of a name, whatever the keyboard made of it.

    >>> name_as_stored(" Li.Na "), name_as_stored("ＬＩ")
    ('li.na', 'li')
    """
    return unicodedata.normalize("NFKC", typed).strip().casefold()


def create_person(
    engine: Engine,
    name: str,
    role: str,
    password: str,
    now: datetime,
    *,
    rep_id: str | None = None,
    teams: Sequence[str] = (),
    actor: str = "system",
) -> Person:
    """A person who may sign in from now on. The password's strength is the caller's to check.

    Raises
    ------
    AccessError: the name is taken or malformed, there is no such role, or the role cannot be bound so.
    """
    person = Person(name_as_stored(name), role, rep_id, list(teams) or None, now, now)
    _check(person)
    hashed = hash_password(password)
    with write_transaction(engine) as connection:
        if connection.execute(select(TABLE.c.name).where(TABLE.c.name == person.name)).first():
            raise AccessError(f"A person's name must be free, but {person.name!r} is taken.")
        connection.execute(insert(PersonRow).values(**vars(person), password_hash=hashed))
        told = {"role": role, "rep_id": rep_id, "teams": list(teams)}
        audit.record(connection, actor, "person.create", f"person:{person.name}", told, now)
    return person


def list_people(engine: Engine) -> list[Person]:
    """Everybody, by name."""
    with read_transaction(engine) as connection:
        return [Person(**row) for row in connection.execute(select(*COLUMNS).order_by(TABLE.c.name)).mappings()]


def stored_password(engine: Engine, name: str) -> tuple[Person, str] | None:
    """The person of this name who is not disabled, and the password's hash."""
    mine = (TABLE.c.name == name_as_stored(name), TABLE.c.disabled_at.is_(None))
    with read_transaction(engine) as connection:
        row = connection.execute(select(*COLUMNS, TABLE.c.password_hash).where(*mine)).mappings().first()
    return (person_of(row), str(row["password_hash"])) if row else None


def person_of(row: Mapping[Any, Any]) -> Person:
    """The person of a row that has more columns."""
    return Person(**{name: row[name] for name in Person.__dataclass_fields__})


def set_password(engine: Engine, name: str, password: str, now: datetime, *, actor: str = "system") -> None:
    """Give a new password and end every session that was opened with the old one.

    Raises
    ------
    AccessError: nobody has this name.
    """
    values = {"password_hash": hash_password(password), "password_set_at": now}
    _change(engine, name, "person.password", values, now, actor)


def disable_person(engine: Engine, name: str, now: datetime, *, actor: str = "system") -> None:
    """End a person's access and sessions at once.

    Raises
    ------
    AccessError: nobody has this name.
    """
    _change(engine, name, "person.disable", {"disabled_at": now}, now, actor)


def end_sessions(connection: Connection, name: str, now: datetime) -> None:
    """End all sessions of a person."""
    live = (SessionRow.name == name, SessionRow.ended_at.is_(None))
    connection.execute(update(SessionRow).where(*live).values(ended_at=now))


def _change(engine: Engine, name: str, action: str, values: dict[str, Any], now: datetime, actor: str) -> None:
    stored = name_as_stored(name)
    with write_transaction(engine) as connection:
        if not connection.execute(update(PersonRow).where(PersonRow.name == stored).values(values)).rowcount:
            raise AccessError(f"The name must be a person's, but nobody is named {stored!r}; `user list` shows them.")
        end_sessions(connection, stored, now)
        audit.record(connection, actor, action, f"person:{stored}", {}, now)


def _check(person: Person) -> None:
    if not _NAME.fullmatch(person.name):
        raise AccessError(f"A name must be 1 to 80 letters, digits or . _ @ + -, but got {person.name!r}.")
    if person.role not in PEOPLES_ROLES:
        raise AccessError(f"A person's role must be one of {', '.join(PEOPLES_ROLES)}, but got {person.role!r}.")
    if (person.rep_id is not None) != (person.role == REP):
        raise AccessError(
            f"A person with role {REP}, and nobody else, must be bound to a rep, but got {person.rep_id!r}."
        )
    if bool(person.teams) != (person.role == MANAGER):
        raise AccessError(
            f"A person with role {MANAGER}, and nobody else, must be bound to teams, but got {person.teams}."
        )
