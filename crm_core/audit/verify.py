"""Finding what was done to the log behind its back.

The chain tells of a changed, removed or inserted entry, the head of entries cut off at the end. Somebody who writes the
whole chain and the head anew is found only against a hash noted elsewhere: `seen`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Engine, select

from crm_core.audit.chain import Content, entry_hash
from crm_core.database import read_transaction
from crm_core.tables import AuditEntry, AuditHead

MAX_FAULTS = 20  # told; the first says where to look
_CHUNK = 5_000


@dataclass(frozen=True)
class AuditReport:
    """`count` entries, the newest with the hash `head`; `faults` are sentences, none where the log is whole."""

    count: int
    head: str
    faults: list[str]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {"is_whole": not self.faults, **asdict(self)}


def verify(engine: Engine, seen: tuple[int, str] | None = None) -> AuditReport:
    """Compute every hash anew.

    Parameters
    ----------
    seen: number and hash of an entry, as noted before; whether it is still the same.
    """
    with read_transaction(engine) as connection:
        walk = _Walk()
        walk.faults += _head_fault(connection, walk.run(_rows(connection), seen))
    return AuditReport(walk.count, walk.last_hash, walk.faults[:MAX_FAULTS])


class _Walk:
    """From the first entry to the last."""

    def __init__(self) -> None:
        self.count, self.last_seq, self.last_hash = 0, 0, ""
        self.faults: list[str] = []

    def run(self, rows: Iterator[Any], seen: tuple[int, str] | None) -> tuple[int, str]:
        found = None
        for row in rows:
            self._look(row)
            if seen and row.seq == seen[0]:
                found = row.entry_hash
        if seen and found != seen[1]:
            self.faults.append(f"Entry {seen[0]} must have the hash that was noted, but has {found or 'none'}.")
        return self.last_seq, self.last_hash

    def _look(self, row: Any) -> None:
        content = Content(**{name: getattr(row, name) for name in Content.__dataclass_fields__})
        if row.seq != self.last_seq + 1:
            self.faults.append(f"Entry {self.last_seq + 1} must follow entry {self.last_seq}, but got {row.seq}.")
        elif row.previous_hash != self.last_hash:
            self.faults.append(f"Entry {row.seq} must name the hash of the entry before it, but names another.")
        if row.entry_hash != entry_hash(content, row.previous_hash):
            self.faults.append(f"Entry {row.seq} must have the hash of what it says, but was changed.")
        self.count, self.last_seq, self.last_hash = self.count + 1, row.seq, row.entry_hash


def _rows(connection: Connection) -> Iterator[Any]:
    # For this statement only: on the connection it would break a later executemany on PostgreSQL.
    query = select(AuditEntry.__table__).order_by(AuditEntry.seq)
    yield from connection.execute(query, execution_options={"yield_per": _CHUNK})


def _head_fault(connection: Connection, last: tuple[int, str]) -> list[str]:
    head = connection.execute(select(AuditHead.last_seq, AuditHead.last_hash)).first()
    if head is not None and (head.last_seq, head.last_hash) == last:
        return []
    noted = head.last_seq if head else "none"
    return [f"The newest entry must be the one that the head notes, {noted}, but is {last[0]}."]
