"""Reading the audit log."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select

from crm_core.database import read_transaction
from crm_core.tables import AuditEntry


@dataclass(frozen=True)
class Entry:
    """One act."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {**asdict(self), "at": self.at.isoformat()}


def read_entries(engine: Engine, limit: int, subject: str | None = None) -> list[Entry]:
    """The newest entries, newest first; those about `subject` only where it is given."""
    table = AuditEntry.__table__
    query = select(*(table.c[name] for name in Entry.__dataclass_fields__)).order_by(table.c.seq.desc()).limit(limit)
    if subject is not None:
        query = query.where(table.c.subject == subject)
    with read_transaction(engine) as connection:
        rows = connection.execute(query).mappings().all()
    return [Entry(**{**row, "details": json.loads(row["details"])}) for row in rows]
