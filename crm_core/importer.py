"""Loading an export: the door to `crm_core.intake`."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from configs.progress import SILENT, Progress
from configs.settings import Settings
from crm_core.change_counter import lock_counter, save_counter
from crm_core.database import write_transaction
from crm_core.intake.attribute_book import AttributeBook
from crm_core.intake.files import find_files, open_file
from crm_core.intake.load import Loader
from crm_core.intake.notes import not_read, not_used
from crm_core.intake.plan import make_plan, reading_of
from crm_core.intake.rejects import RejectsFile
from crm_core.intake.stamp import stored_moment
from crm_core.intake.upsert import Upserter
from crm_core.mapping import Mapping, Source
from crm_core.privacy.gate import ErasedGate
from crm_core.schema import BUNDLE
from crm_core.tables import Customer, ImportRun, Lead, Order


@dataclass(frozen=True)
class ImportReport:
    """What an import did.

    `tables`: {table: {read, inserted, updated, unchanged, rejected}}; read is the sum of the others. A row
    overtaken within the same import counts as unchanged.

    `notes`: sentences on what the export holds that was not used, or was rejected.
    """

    import_id: str
    tables: dict[str, dict[str, int]]
    rejects_file: Path | None
    is_history: bool
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The contract's last line of `import --json`."""
        return {"tables": self.tables, "rejects_file": str(self.rejects_file) if self.rejects_file else None}


def import_path(
    engine: Engine,
    path: Path,
    mapping: Mapping | None,
    settings: Settings,
    now: datetime,
    rejects_folder: Path,
    progress: Progress = SILENT,
) -> ImportReport:
    """Load a folder (or one file) of an export, in one transaction.

    Parameters
    ----------
    mapping: how to read it; None: a canonical bundle, one CSV or Parquet file per table.
    now: what is learnt now is recorded at this moment.
    rejects_folder: rows that break a rule go to `<rejects_folder>/<import id>.csv`.

    Raises
    ------
    ImportFault: the export or its mapping cannot be used; nothing is stored.
    DatabaseError: the database cannot be written; nothing is stored.
    ErasureKeyError: people were erased, and the key that tells them is missing; nothing is stored.
    """
    import_id = f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    files = find_files(path, mapping)
    rejects = RejectsFile(rejects_folder / f"{import_id}.csv")
    try:
        with write_transaction(engine) as connection:
            job = _Job(connection, mapping, settings, now, rejects, progress)
            job.notes += not_read(path, files, mapping)
            job.load(files)
            report = ImportReport(import_id, job.counts(), rejects.written, job.is_history, job.notes)
            _log(connection, report, path, now)
            return report
    finally:
        rejects.close()


class _Job:
    """One import within its transaction."""

    def __init__(
        self,
        connection: Connection,
        mapping: Mapping | None,
        settings: Settings,
        now: datetime,
        rejects: RejectsFile,
        progress: Progress,
    ) -> None:
        self._connection, self._mapping, self._settings = connection, mapping, settings
        self._now = now.astimezone(UTC)
        last = lock_counter(connection)
        self.is_history = _is_history(connection, mapping)
        admit = ErasedGate(connection, settings).admit
        self._upserter = Upserter(connection, last + 1, is_history=self.is_history, now=stored_moment(now), admit=admit)
        self._book = AttributeBook(connection, settings.intake.max_category_values)
        self._loader = Loader(self._upserter, self._book, rejects, settings, progress)
        self.notes: list[str] = []

    def load(self, files: dict[str, list[Path]]) -> None:
        """Load all tables, in their order."""
        reading = reading_of(self._settings, self._mapping)
        source = self._mapping.source if self._mapping else Source()
        parts = self._mapping.tables if self._mapping else {}
        headers = {table: part.header for table, part in parts.items()}
        opened = {
            table: [open_file(path, source, headers.get(table)) for path in paths] for table, paths in files.items()
        }
        # Every header is checked before the first row is read: a fault in the last file shows at once.
        plans = [
            (make_plan(table, file, self._mapping, reading), file) for table, found in opened.items() for file in found
        ]
        for plan, file in plans:
            self.notes += not_used(plan, file, self._mapping)
            _ = self._upserter.counts[plan.spec.name]  # a table without a row is there all the same, with counts of 0
            self._loader.load(plan, file)
        self.notes += self._loader.write_orders()
        for table in list(self._upserter.counts):
            self._loader.check_rejects(table)
        self.notes += [
            f"{counts['rejected']:,} of {counts['read']:,} rows of {table} are rejected; the first: "
            f"{self._loader.first_fault(table)}."
            for table, counts in self._upserter.counts.items()
            if counts["rejected"]
        ]
        self.notes += [
            f"{count:,} rows of {table} have the {BUNDLE[table].key} of a later row with other values: "
            "the last one counts, what the others held is not kept."
            for table, count in self._upserter.overtaken.items()
        ]
        self.notes += [
            f"{count:,} rows of {table} lie after {self._now:%Y-%m-%d %H:%M} UTC: a date was misread, or they are seen "
            "from their own moment on."
            for table, count in self._upserter.ahead.items()
            if count
        ]
        self._book.save()
        save_counter(self._connection, self._upserter.last_seq)

    def counts(self) -> dict[str, dict[str, int]]:
        """Counts by table, in the order of the bundle."""
        return {table: dict(self._upserter.counts[table]) for table in BUNDLE if table in self._upserter.counts}


def _is_history(connection: Connection, mapping: Mapping | None) -> bool:
    """As the mapping says; else a first import is a history, and later ones are not."""
    if mapping and mapping.history is not None:
        return mapping.history
    tables = (Lead, Customer, Order)
    return not any(connection.execute(select(table.change_seq).limit(1)).first() for table in tables)


def _log(connection: Connection, report: ImportReport, path: Path, now: datetime) -> None:
    connection.execute(
        insert(ImportRun).values(
            import_id=report.import_id,
            path=str(path),
            imported_at=now,
            is_history=report.is_history,
            tables=report.tables,
            rejects_file=str(report.rejects_file) if report.rejects_file else None,
        )
    )
