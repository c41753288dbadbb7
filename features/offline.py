"""Offline features: one Parquet file per Feast view, replaced in one step."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from configs.progress import Progress
from configs.settings import Settings
from features.asof import Table
from features.definitions import (
    CHANNEL_VIEW,
    CREATED_COLUMN,
    CUSTOMER_VIEW,
    EVENT_COLUMN,
    JOIN_KEYS,
    LEAD_VIEW,
    offline_path,
)
from features.lake_manifest import write_atomically
from features.session import Session
from features.shape import FeatureShape
from features.spines import channel_spine, customer_spine, lead_spine

MOMENT = pa.timestamp("us", "UTC")  # DuckDB cannot read nanoseconds with a zone through Feast


@dataclass(frozen=True)
class OfflineState:
    """What the offline features were made of; equal states need no new build."""

    as_of: str
    change_seq: int
    shape: str
    rules: str

    @classmethod
    def read(cls, folder: Path) -> OfflineState | None:
        """The state on disk; None where nothing was built."""
        path = folder / "state.json"
        return cls(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None

    @staticmethod
    def forget(folder: Path) -> None:
        """Take back the state, and what a killed build left."""
        (folder / "state.json").unlink(missing_ok=True)
        for left in folder.glob("*.parquet.*.tmp"):
            left.unlink()

    def write(self, folder: Path) -> None:
        """Keep it beside the files."""
        write_atomically(folder / "state.json", json.dumps(asdict(self)))


def offline_state(settings: Settings, change_seq: int, shape: FeatureShape, as_of: datetime) -> OfflineState:
    """The state that a build now would have."""
    rules = [settings.features.landmark_age_days, settings.features.customer_snapshot_day]
    return OfflineState(as_of.isoformat(), change_seq, shape.digest, json.dumps(rules))


def build_offline(
    session: Session, settings: Settings, shape: FeatureShape, as_of: datetime, progress: Progress
) -> dict[str, int]:
    """Write every view at all its landmarks up to as_of; returns rows per view."""
    folder = settings.paths.offline
    folder.mkdir(parents=True, exist_ok=True)
    spines: dict[str, Callable[[], Table]] = {
        LEAD_VIEW: lambda: lead_spine(session, settings, shape, as_of),
        CUSTOMER_VIEW: lambda: customer_spine(session, settings, shape, as_of),
        CHANNEL_VIEW: lambda: channel_spine(session, shape, as_of),
    }
    rows: dict[str, int] = {}
    for view, make_spine in spines.items():
        spine = session.bench.keep(f"spine_{view}", make_spine())
        session.bench.release()
        with progress.bar(f"offline {view}", session.bench.count(spine)) as bar:
            rows[view] = _write(offline_path(folder, view), view, session.chunks(view, spine, shape), bar.update)
    return rows


def _write(path: Path, view: str, chunks: Iterable[pa.Table], advance: Callable[[float], object]) -> int:
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    count = 0
    writer: pq.ParquetWriter | None = None
    try:
        for chunk in chunks:
            rows = _as_feast(chunk, view)
            writer = writer or pq.ParquetWriter(temporary, rows.schema, compression="zstd")
            writer.write_table(rows)
            count += rows.num_rows
            advance(rows.num_rows)
    finally:
        if writer is not None:
            writer.close()
    temporary.replace(path)
    return count


def _as_feast(chunk: pa.Table, view: str) -> pa.Table:
    moments = chunk["as_of"].cast(pa.timestamp("us")).cast(MOMENT)
    rows = chunk.drop_columns(["entity_id", "as_of"])
    rows = rows.append_column(JOIN_KEYS[view], chunk["entity_id"])
    # A value computed as of a moment was known at that moment, and not before.
    return rows.append_column(EVENT_COLUMN, moments).append_column(CREATED_COLUMN, moments)
