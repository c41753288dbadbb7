"""Decisions as rows: merges written and undone, and the aliases that follow from them.

Callers hold the lock of `aliases.lock_merges`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, update

from configs.settings import Settings
from crm_core.golden_record.alias_versions import store_aliases
from crm_core.golden_record.evidence import Evidence
from crm_core.golden_record.plan import Merge
from crm_core.rule_version import rule_version
from crm_core.tables import CustomerMerge

AUTOMATIC_ACTOR = "dedupe"


def match_rule_version(settings: Settings) -> str:
    """The name of the thresholds that a match was judged by."""
    rules = settings.golden_record
    return rule_version("match", blocking=rules.blocking, levels=rules.levels, bits=rules.bits, decision=rules.decision)


def evidence_record(evidence: Evidence) -> dict[str, Any]:
    """Levels and bits as stored: no value of the customers, so nothing personal."""
    return {"levels": evidence.levels, "bits": evidence.bits, "total_bits": evidence.total_bits}


def insert_automatic(
    connection: Connection, merges: Sequence[Merge], last_id: int, version: str, as_of: datetime
) -> None:
    """Write what dedupe decided, numbered from last_id + 1 on."""
    rows = [
        {
            "merge_id": last_id + place,
            "from_id": merge.from_id,
            "into_id": merge.into_id,
            "score": merge.evidence.score,
            "evidence": evidence_record(merge.evidence),
            "rule_version": version,
            "decided_by": "auto",
            "actor": AUTOMATIC_ACTOR,
            "decided_at": as_of,
        }
        for place, merge in enumerate(merges, start=1)
    ]
    if rows:
        connection.execute(insert(CustomerMerge), rows)
        store_aliases(connection, as_of)


def insert_manual(connection: Connection, merge: dict[str, Any], actor: str, as_of: datetime) -> None:
    """Write what a person decided. `merge`: merge_id, from_id, into_id, score, evidence, rule_version."""
    row = {**merge, "decided_by": "person", "actor": actor, "decided_at": as_of}
    connection.execute(insert(CustomerMerge).values(row))
    store_aliases(connection, as_of)


def mark_undone(connection: Connection, merge_id: int, actor: str, as_of: datetime) -> None:
    """Note that a merge stands no longer."""
    is_it = (CustomerMerge.merge_id == merge_id, CustomerMerge.undone_at.is_(None))
    connection.execute(update(CustomerMerge).where(*is_it).values(undone_at=as_of, undone_by=actor))
    store_aliases(connection, as_of)
