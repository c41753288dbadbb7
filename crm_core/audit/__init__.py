"""The audit log: who did what to whom and when, chained by hash.

    from crm_core import audit
    audit.record(connection, actor, "merge.undo", f"customer:{customer_id}", {"merge_id": 7}, at)

on the connection that does the act, so that both are stored or neither.
"""

from __future__ import annotations

from crm_core.audit.entries import Entry, read_entries
from crm_core.audit.record import record
from crm_core.audit.verify import AuditReport, verify

__all__ = ["AuditReport", "Entry", "read_entries", "record", "verify"]
