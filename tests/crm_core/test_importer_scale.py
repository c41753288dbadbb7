from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest
from sqlalchemy import Engine

from configs.settings import Settings
from crm_core.importer import import_path
from crm_core.queries import last_change_seq, read_versions
from tests.crm_core.conftest import NOW

ROWS = 1_000_000
MAX_GROWTH_MB = 500
MIN_ROWS_PER_SECOND = 5_000  # a floor that a busy machine holds too; benchmarks say more


@contextmanager
def peak_growth() -> Iterator[list[float]]:
    """Growth of resident memory in MB, its peak put into the list at the end."""
    process, peaks, done = psutil.Process(), [0.0], threading.Event()
    start = process.memory_info().rss

    def watch() -> None:
        while not done.wait(0.05):
            peaks[0] = max(peaks[0], (process.memory_info().rss - start) / 1e6)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peaks
    finally:
        done.set()
        thread.join()


@pytest.mark.slow
def test_a_million_rows_are_imported_in_bounded_memory(
    sqlite_engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    start = datetime(2022, 1, 1)  # noqa: DTZ001 (as an export writes it)
    with (tmp_path / "activities.csv").open("w", encoding="utf-8") as stream:
        stream.write("activity_id,occurred_at,kind,lead_id,duration_seconds\n")
        for number in range(ROWS):
            moment = start + timedelta(seconds=60 * number)
            stream.write(f"a{number},{moment.isoformat()},call,l{number // 20},{number % 900}\n")
    with peak_growth() as peaks:
        begin = time.perf_counter()
        report = import_path(sqlite_engine, tmp_path, None, settings, NOW, tmp_path)
        seconds = time.perf_counter() - begin
        count = sum(
            chunk.num_rows for chunk in read_versions(sqlite_engine, "activities", 0, last_change_seq(sqlite_engine))
        )
    print(f"\n{ROWS / seconds:,.0f} rows/s, memory grew by {peaks[0]:.0f} MB")
    assert report.tables["activities"]["inserted"] == count == ROWS
    assert peaks[0] < MAX_GROWTH_MB
    assert ROWS / seconds > MIN_ROWS_PER_SECOND
