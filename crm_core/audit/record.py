"""Adding an entry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from crm_core.audit.chain import Content, entry_hash
from crm_core.errors import DatabaseError
from crm_core.privacy.mask import mask, masked
from crm_core.tables import AuditEntry, AuditHead


def record(
    connection: Connection, actor: str, action: str, subject: str, details: Mapping[str, Any], at: datetime
) -> int:
    """Add an entry within a write transaction of the caller's, who commits; returns its number.

    Other writers wait until this transaction ends: on SQLite it holds the only write lock, on PostgreSQL the head's row
    is locked. Phone numbers and e-mail addresses are masked: an entry can never be taken back.

    Parameters
    ----------
    actor: who did it. action: `noun.verb`. subject: `noun:id`. details: plain JSON, ids and figures, no personal data.

    Raises
    ------
    DatabaseError: the database is not migrated.
    """
    head = connection.execute(
        select(AuditHead.last_seq, AuditHead.last_hash).where(AuditHead.head_id == 1).with_for_update()
    ).first()
    if head is None:
        raise DatabaseError("The database must be migrated first (funnelcast init), but its audit head is missing.")
    text = json.dumps(masked(dict(details)), ensure_ascii=False, sort_keys=True, default=str)
    content = Content(head.last_seq + 1, at, mask(actor), action, mask(subject), text)
    digest = entry_hash(content, head.last_hash)
    connection.execute(insert(AuditEntry).values(**vars(content), previous_hash=head.last_hash, entry_hash=digest))
    connection.execute(update(AuditHead).values(last_seq=content.seq, last_hash=digest))
    return content.seq
