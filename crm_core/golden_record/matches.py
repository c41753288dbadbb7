"""The proposals: pairs that may be one firm, and what a person said of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from crm_core.golden_record.aliases import golden_ids
from crm_core.golden_record.decisions import evidence_record
from crm_core.golden_record.evidence import Evidence
from crm_core.tables import CustomerMatch, CustomerMerge

_CHUNK = 500


@dataclass(frozen=True)
class Match:
    """A pair that waits for a person; `score`: probability of being one firm."""

    match_id: str
    left_id: str
    right_id: str
    score: float
    evidence: dict[str, Any]
    rule_version: str
    found_at: datetime


def match_id_of(left_id: str, right_id: str) -> str:
    """The name of a pair, the same in every run.

    >>> match_id_of("C1", "C2") == match_id_of("C2", "C1")
    True
    """
    return hashlib.sha256("\x1f".join(sorted((left_id, right_id))).encode()).hexdigest()[:12]


def pending_matches(connection: Connection, as_of: datetime) -> list[Match]:
    """Pairs that wait at as_of, likeliest first."""
    table = CustomerMatch.__table__
    golden = golden_ids(connection, as_of)
    is_open = or_(table.c.rejected_at.is_(None), table.c.rejected_at > as_of)
    query = select(*(table.c[name] for name in Match.__dataclass_fields__)).where(is_open, table.c.found_at <= as_of)
    found = [Match(**row) for row in connection.execute(query).mappings()]
    waiting = [one for one in found if golden.get(one.left_id, one.left_id) != golden.get(one.right_id, one.right_id)]
    return sorted(waiting, key=lambda one: (-one.evidence["total_bits"], one.match_id))


def pairs_kept_apart(connection: Connection, as_of: datetime) -> set[tuple[str, str]]:
    """Pairs, lower id first, that a person rejected or whose merge a person undid."""
    rejected = select(CustomerMatch.left_id, CustomerMatch.right_id).where(CustomerMatch.rejected_at <= as_of)
    undone = select(CustomerMerge.from_id, CustomerMerge.into_id).where(CustomerMerge.undone_at <= as_of)
    pairs = [*connection.execute(rejected), *connection.execute(undone)]
    return {(min(pair), max(pair)) for pair in pairs}


def put_matches(connection: Connection, found: Sequence[Evidence], version: str, as_of: datetime) -> None:
    """Make `found` the proposals: new ones inserted, changed ones brought up to date, vanished ones taken away."""
    table = CustomerMatch
    columns = (table.match_id, table.score, table.evidence, table.rule_version, table.rejected_at)
    stored = {row.match_id: row for row in connection.execute(select(*columns))}
    rows = {row["match_id"]: row for row in (_row(evidence, version, as_of) for evidence in found)}
    gone = [match_id for match_id, row in stored.items() if match_id not in rows and row.rejected_at is None]
    for start in range(0, len(gone), _CHUNK):
        connection.execute(delete(table).where(table.match_id.in_(gone[start : start + _CHUNK])))
    if new := [row for match_id, row in rows.items() if match_id not in stored]:
        connection.execute(insert(table), new)
    if changed := [row for match_id, row in rows.items() if match_id in stored and _is_news(row, stored[match_id])]:
        connection.execute(_UPDATE, [{**row, "it": row["match_id"]} for row in changed])


_UPDATE = (
    update(CustomerMatch.__table__)  # type: ignore[arg-type]
    .where(CustomerMatch.__table__.c.match_id == bindparam("it"))
    .values({name: bindparam(name) for name in ("score", "evidence", "rule_version")})
)


def _is_news(row: dict[str, Any], stored: Any) -> bool:
    fresh = (row["score"], row["evidence"], row["rule_version"])
    return stored.rejected_at is None and fresh != (stored.score, stored.evidence, stored.rule_version)


def _row(evidence: Evidence, version: str, as_of: datetime) -> dict[str, Any]:
    return {
        "match_id": match_id_of(evidence.left_id, evidence.right_id),
        "left_id": evidence.left_id,
        "right_id": evidence.right_id,
        "score": evidence.score,
        "evidence": evidence_record(evidence),
        "rule_version": version,
        "found_at": as_of,
    }
