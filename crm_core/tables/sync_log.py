from __future__ import annotations

from sqlalchemy.orm import Mapped

from crm_core.tables.base import BundleTable
from crm_core.tables.columns import When, key, moment, reference, text


class SyncEntry(BundleTable):
    """One row per line of a source system's synchronisation log.

    Invariant: `entry_id` is derived from all columns, so a line never replaces another.
    """

    __tablename__ = "sync_log"
    event_column = "occurred_at"
    key_parts = ("source_system", "occurred_at", "status", "entity", "entity_id", "message")

    entry_id: Mapped[str] = key(importable=False, required=False)
    source_system: Mapped[str] = text(required=True)
    occurred_at: Mapped[When] = moment(required=True)
    status: Mapped[str] = text(required=True, choices=("ok", "failed"))
    entity: Mapped[str | None] = text()
    entity_id: Mapped[str | None] = reference()
    message: Mapped[str | None] = text()
