"""Erasing a person from the database: one transaction, told in the audit log, safe to repeat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects import postgresql, sqlite

from configs.settings import Settings
from crm_core import audit
from crm_core.change_counter import lock_counter
from crm_core.database import read_transaction, write_transaction
from crm_core.errors import ErasureError
from crm_core.privacy.erase_rows import erase_rows
from crm_core.privacy.erasure_key import ErasureKey, existing_key, is_personal, key_for_erasure
from crm_core.privacy.free_text import redact_texts
from crm_core.privacy.person import Person, find_person
from crm_core.privacy.traces import contact_keys
from crm_core.tables import Tombstone


@dataclass(frozen=True)
class ErasureReport:
    """`subject`: `kind:id`, the id's pseudonym where it was personal; `rows` per table, removed or changed."""

    subject: str
    rows: dict[str, int]


def look_up(engine: Engine, kind: str, asked_id: str, settings: Settings) -> Person:
    """Whom an erasure would be about; `kind` is customer or lead. Changes nothing.

    Raises
    ------
    UnknownPersonError: no such customer or lead, and none that was erased.
    ErasureKeyError: people were erased, and the key is missing or another one.
    """
    with read_transaction(engine) as connection:
        key = existing_key(connection, settings)
        return find_person(connection, kind, asked_id, settings.golden_record.phone_region, key)


def erase_from_database(
    engine: Engine,
    person: Person,
    settings: Settings,
    now: datetime,
    *,
    actor: str,
    elsewhere: Mapping[str, Any] | None = None,
    is_dry_run: bool = False,
) -> ErasureReport:
    """Remove the person and leave tombstones. A dry run does the same and takes it back; it makes no key.

    Parameters
    ----------
    person: as `look_up` gave it. elsewhere: counts of what was removed outside the database, for the audit log.

    Raises
    ------
    ErasureError: rows of the person came or went since `look_up`; nothing is changed, try again.
    ErasureKeyError: the key is missing, another one, or cannot be written.
    """
    with write_transaction(engine) as connection:
        lock_counter(connection)  # no import between the look and the removal
        _refuse_changed(connection, person, settings)
        if is_dry_run:
            rehearsal = connection.begin_nested()
            key = existing_key(connection, settings) or ErasureKey("0" * 64)
            report = _erased(connection, person, settings, key, now)
            rehearsal.rollback()
            return report
        report = _erased(connection, person, settings, key_for_erasure(connection, settings), now)
        if sum(report.rows.values()):
            details = {"rows": report.rows, "elsewhere": dict(elsewhere or {})}
            audit.record(connection, actor, "privacy.erase", report.subject, details, now)
    return report


def _refuse_changed(connection: Connection, person: Person, settings: Settings) -> None:
    key = existing_key(connection, settings)
    found = find_person(connection, person.kind, person.asked_id, person.traces.region, key)
    if found != person:
        raise ErasureError(
            f"The {person.kind} must stay as it is while it is erased, but rows of it came or changed: run it again."
        )


def _erased(
    connection: Connection, person: Person, settings: Settings, key: ErasureKey, now: datetime
) -> ErasureReport:
    patterns = settings.access.personal_ids
    pseudonyms = {
        (kind, one): key.pseudonym(kind, one)
        for kind in ("customer", "lead")
        for one in person.ids(kind)
        if is_personal(one, patterns)
    }
    done = erase_rows(connection, person, pseudonyms) + redact_texts(connection, person.traces)
    done["tombstones"] += _bury(connection, person, pseudonyms, key, now)
    shown = pseudonyms.get((person.kind, person.asked_id), person.asked_id)
    return ErasureReport(f"{person.kind}:{shown}", dict(sorted((+done).items())))


def _bury(
    connection: Connection, person: Person, pseudonyms: Mapping[tuple[str, str], str], key: ErasureKey, now: datetime
) -> int:
    """Tombstones of ids, numbers and addresses; returns how many are new. None of what others have too."""
    known = {(kind, one) for kind in ("customer", "lead") for one in person.ids(kind)}
    if not person.shared_with:
        known |= contact_keys(person.traces.phones, person.traces.emails)
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    count = 0
    for kind, value in sorted(known):
        row = {"digest": key.digest(kind, value), "kind": kind, "pseudonym": pseudonyms.get((kind, value))}
        statement = dialect.insert(Tombstone).values(**row, key_check=key.check, erased_at=now)
        found = connection.execute(statement.on_conflict_do_nothing().returning(Tombstone.digest)).first()
        count += found is not None
    return count


def is_erased(engine: Engine, kind: str, asked_id: str, settings: Settings) -> bool:
    """Whether a customer or lead of this id was erased."""
    with read_transaction(engine) as connection:
        key = existing_key(connection, settings)
        digest = key.digest(kind, asked_id) if key else ""
        return connection.execute(select(Tombstone.digest).where(Tombstone.digest == digest)).first() is not None
