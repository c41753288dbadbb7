"""Which finding was told to which destination, so that each is told once and what failed is tried again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.dialects import postgresql, sqlite

from crm_core.database import read_transaction, write_transaction
from crm_core.findings import Finding
from crm_core.tables import ToldAlert

_MAX_FAULT = 300


@dataclass(frozen=True)
class Told:
    """What happened to one finding at one destination. told_at: None while it could not be told."""

    finding_id: str
    rule: str
    subject: str
    count_attempts: int
    told_at: datetime | None
    last_fault: str | None


def key_of(finding: Finding) -> str:
    """The finding's id in the table of findings."""
    return f"{finding.rule}|{finding.subject}|{finding.found_at.isoformat()}"


def read_told(engine: Engine, destination: str, since: datetime) -> list[Told]:
    """Findings found or told since a moment that were tried at this destination, oldest first."""
    table = ToldAlert.__table__
    query = (
        select(*(table.c[name] for name in Told.__dataclass_fields__))
        .where(table.c.destination == destination, (table.c.found_at >= since) | (table.c.told_at >= since))
        .order_by(table.c.found_at, table.c.finding_id)
    )
    with read_transaction(engine) as connection:
        return [Told(*row) for row in connection.execute(query)]


def note_attempt(
    engine: Engine, destination: str, findings: Sequence[Finding], at: datetime, fault: str | None
) -> None:
    """Record one attempt for all of these findings in one transaction; `fault` is None where they were told.

    Raises
    ------
    DatabaseError: the database cannot be written; what was told and is not noted is told again.
    """
    if not findings:
        return
    dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
    told_at, last_fault = (at, None) if fault is None else (None, fault[:_MAX_FAULT])
    insert = dialect.insert(ToldAlert.__table__)
    statement = insert.on_conflict_do_update(
        index_elements=["destination", "finding_id"],
        set_={
            "count_attempts": ToldAlert.count_attempts + 1,
            "tried_at": at,
            "told_at": told_at,
            "last_fault": last_fault,
        },
        where=ToldAlert.told_at.is_(None),
    )
    rows = [
        {
            "destination": destination, "finding_id": key_of(one), "rule": one.rule, "subject": one.subject,
            "found_at": one.found_at, "count_attempts": 1, "tried_at": at, "told_at": told_at, "last_fault": last_fault,
        }
        for one in findings
    ]  # fmt: skip
    with write_transaction(engine) as connection:
        connection.execute(statement, rows)
