"""Batches into the database: inserted, updated or unchanged, with superseded versions kept.

Which version of a key is current is decided by when it was learnt. A row that tells its own recorded_at takes its place
in the order of those moments, however late it arrives; any other row is the newest word. Versions learnt at one
moment of one import leave no trace but the last: nobody could ever have seen the others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from crm_core.intake.batch import Batch, row_hash
from crm_core.intake.stamp import learnt_at
from crm_core.schema import TableSpec
from crm_core.storage import BulkTable, Row

_FACTS = {"leads", "stage_events", "activities", "orders", "payments"}
COUNTS = ("read", "inserted", "updated", "unchanged", "rejected")


# Places in a whole row, counted from its end.
_RECORDED_AT, _SEQ, _DIGEST = -4, -3, -2


@dataclass(frozen=True)
class _Version:
    """A version of a row: what arrives, or what is stored."""

    digest: str
    recorded_at: str
    seq: int
    is_backfilled: bool


@dataclass(frozen=True)
class _Arrival:
    """A row that arrives; `is_told` where the export tells when it was learnt."""

    key: str
    row: Row
    version: _Version
    is_told: bool


@dataclass
class _Work:
    """What a round of rows with distinct keys does to a table."""

    write: list[Row] = field(default_factory=list)
    archive: list[tuple[Row, str]] = field(default_factory=list)
    forget: list[int] = field(default_factory=list)


class Upserter:
    """Writes batches within one transaction; numbers changes from `first_seq` on.

    `ahead`: by table, rows whose own moment lies after now, where that is no plan but a fact.

    `overtaken`: by table, rows whose key a later row of this import has with other values: what they held is lost.

    `admit` gives the rows that may be stored, see crm_core.privacy.gate; those of an erased person count as unchanged.
    """

    def __init__(
        self,
        connection: Connection,
        first_seq: int,
        *,
        is_history: bool,
        now: str,
        admit: Callable[[Batch], Batch] | None = None,
    ) -> None:
        self._connection, self._is_history, self._now, self._admit = connection, is_history, now, admit
        self._first_seq = self._next_seq = first_seq
        self.counts: defaultdict[str, Counter[str]] = defaultdict(lambda: Counter(dict.fromkeys(COUNTS, 0)))
        self.overtaken: Counter[str] = Counter()
        self.ahead: Counter[str] = Counter()

    @property
    def last_seq(self) -> int:
        """Last change number given; numbers whose changes were all undone again are given back."""
        has_changed = any(counts["inserted"] or counts["updated"] for counts in self.counts.values())
        return self._next_seq - 1 if has_changed else self._first_seq - 1

    def stored_creations(self, spec: TableSpec, keys: Sequence[str]) -> dict[str, str]:
        """`created_at` of the rows of a table that are stored under these keys, as stored."""
        return BulkTable(self._connection, spec).moments_of("created_at", keys) if keys else {}

    def pass_over(self, table: str, count: int) -> None:
        """Count rows that were read and say nothing new."""
        if count:
            self.counts[table].update(read=count, unchanged=count)

    def write(self, batch: Batch) -> None:
        """Write one batch; its rows count as read."""
        counts = self.counts[batch.spec.name]
        counts["read"] += len(batch)
        if self._admit is not None:
            count = len(batch)
            batch = self._admit(batch)
            counts["unchanged"] += count - len(batch)
        if batch.spec.name in _FACTS:
            moments = batch.columns[batch.spec.event_column or ""]
            self.ahead[batch.spec.name] += sum(moment is not None and moment > self._now for moment in moments)
        rows = batch.rows()
        hashes = [row_hash(row, batch.spec.count_added) for row in rows]
        recorded, backfilled = learnt_at(batch, is_history=self._is_history, now=self._now)
        table = BulkTable(self._connection, batch.spec)
        for index in _rounds(batch.keys, hashes, batch.told_at, counts):
            arriving = [
                _Arrival(
                    batch.keys[i],
                    rows[i],
                    _Version(hashes[i], recorded[i], 0, backfilled[i]),
                    batch.told_at[i] is not None,
                )
                for i in index
            ]
            self._round(table, arriving, counts)

    def _round(self, table: BulkTable, arriving: list[_Arrival], counts: Counter[str]) -> None:
        stored = {
            key: _Version(*found) for key, found in table.versions_of([arrival.key for arrival in arriving]).items()
        }
        work = _Work()
        changed: list[tuple[_Arrival, _Version]] = []
        for arrival in arriving:
            old = stored.get(arrival.key)
            if old is None:
                work.write.append(self._numbered(arrival.row, arrival.version))
                counts["inserted"] += 1
            elif old.digest == arrival.version.digest and not _is_late(arrival, old):
                counts["unchanged"] += 1
            else:
                changed.append((arrival, old))
        if changed:
            self._change(table, changed, work, counts)
        table.forget(work.forget)
        table.archive([row for row, _ in work.archive], [until for _, until in work.archive])
        table.write(work.write)

    def _change(
        self, table: BulkTable, changed: list[tuple[_Arrival, _Version]], work: _Work, counts: Counter[str]
    ) -> None:
        keys = [arrival.key for arrival, _ in changed]
        current, archived = table.rows_of(keys), defaultdict(list)
        for key, version in table.archived(keys):
            archived[key].append(version)
        for arrival, old in changed:
            if _is_late(arrival, old):
                self._file_late(arrival, old, archived[arrival.key], work, counts)
            elif old.seq >= self._first_seq and (not arrival.is_told or arrival.version.recorded_at == old.recorded_at):
                self._replace(arrival, old, archived[arrival.key], work, counts)
                self.overtaken[table.spec.name] += 1
            else:
                self._supersede(arrival, old, current[arrival.key], work)
                counts["updated"] += 1

    def _supersede(self, arrival: _Arrival, old: _Version, current: Row, work: _Work) -> None:
        """The usual update. What changes a stored row is learnt now, even in a history: else the past would change."""
        new = arrival.version
        recorded_at = new.recorded_at if arrival.is_told else max(self._now, old.recorded_at)
        work.archive.append((current, recorded_at))
        work.write.append(self._numbered(arrival.row, _Version(new.digest, recorded_at, 0, is_backfilled=False)))

    def _file_late(
        self, arrival: _Arrival, old: _Version, archived: list[Row], work: _Work, counts: Counter[str]
    ) -> None:
        """A version older than the current one goes to where it belongs, if it is not there."""
        new = arrival.version
        if any((version[_DIGEST], version[_RECORDED_AT]) == (new.digest, new.recorded_at) for version in archived):
            counts["unchanged"] += 1
            return
        work.archive.append((self._numbered(arrival.row, new), old.recorded_at))
        counts["updated"] += 1

    def _replace(
        self, arrival: _Arrival, old: _Version, archived: list[Row], work: _Work, counts: Counter[str]
    ) -> None:
        """The current version was written by this import at the same moment: overwrite it.

        Or, where the new one is what stood there before the import, undo it: an export that holds two versions of a
        row was imported again.
        """
        new = arrival.version
        earlier = [version for version in archived if version[_SEQ] < self._first_seq]
        before = max(earlier, key=lambda version: (version[_RECORDED_AT], version[_SEQ]), default=None)
        if (
            before
            and before[_DIGEST] == new.digest
            and (not arrival.is_told or before[_RECORDED_AT] == new.recorded_at)
        ):
            work.forget.append(before[_SEQ])
            work.write.append(before)
            counts["updated"] -= 1
            counts["unchanged"] += 2
            return
        if not old.is_backfilled:
            new = _Version(new.digest, old.recorded_at, 0, is_backfilled=False)
        work.write.append(self._numbered(arrival.row, new))
        counts["unchanged"] += 1  # of the two, one counts as what it did to the stored row, the other as nothing

    def _numbered(self, row: Row, version: _Version) -> Row:
        seq, self._next_seq = self._next_seq, self._next_seq + 1
        return (*row, version.recorded_at, seq, version.digest, version.is_backfilled)


def _is_late(arrival: _Arrival, old: _Version) -> bool:
    """Whether the row tells that it was learnt before the current version."""
    return arrival.is_told and arrival.version.recorded_at < old.recorded_at


def _rounds(
    keys: Sequence[str], hashes: Sequence[str], told_at: Sequence[str | None], counts: Counter[str]
) -> Iterator[list[int]]:
    """Row numbers in rounds within which keys are distinct; a row like the one before it of its key is unchanged."""
    last: dict[str, int] = {}
    depth: dict[str, int] = {}
    rounds: list[list[int]] = []
    for index, key in enumerate(keys):
        before = last.get(key)
        if before is not None and hashes[before] == hashes[index] and told_at[before] == told_at[index]:
            counts["unchanged"] += 1
            continue
        place = depth.get(key, -1) + 1
        last[key], depth[key] = index, place
        if place == len(rounds):
            rounds.append([])
        rounds[place].append(index)
    yield from rounds
