"""What monitoring found, as records that managers and later runs read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.dialects import postgresql, sqlite

from crm_core.database import read_transaction, write_transaction
from crm_core.tables import FindingRow


@dataclass(frozen=True)
class Finding:
    """One thing found: by which rule, about what, with which figures, in both languages."""

    rule: str
    subject: str
    figures: dict[str, Any]
    found_at: datetime
    en: str
    zh: str


def record_findings(engine: Engine, findings: Sequence[Finding]) -> None:
    """Record findings in one transaction; the same rule, subject and moment again adds nothing.

    Raises
    ------
    DatabaseError: the database cannot be written; none is stored.
    """
    if not findings:
        return
    dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(FindingRow.__table__).on_conflict_do_nothing(index_elements=["finding_id"])
    with write_transaction(engine) as connection:
        connection.execute(statement, [{"finding_id": _id(finding), **vars(finding)} for finding in findings])


def read_findings(engine: Engine, since: datetime | None = None, until: datetime | None = None) -> list[Finding]:
    """Findings from `since` to `until`, both included, oldest first."""
    table = FindingRow.__table__
    query = select(*(table.c[name] for name in Finding.__dataclass_fields__)).order_by(
        table.c.found_at, table.c.finding_id
    )
    if since is not None:
        query = query.where(table.c.found_at >= since)
    if until is not None:
        query = query.where(table.c.found_at <= until)
    with read_transaction(engine) as connection:
        return [Finding(**row) for row in connection.execute(query).mappings()]


def _id(finding: Finding) -> str:
    return f"{finding.rule}|{finding.subject}|{finding.found_at.isoformat()}"
