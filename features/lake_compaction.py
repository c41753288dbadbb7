"""Many small files of a table into one: a live system adds a file with every extract."""

from __future__ import annotations

from pathlib import Path

from features.lake import Workbench
from features.lake_manifest import Manifest, locked

MAX_FILES = 32


def compact(folder: Path, memory_limit_mb: int, max_files: int = MAX_FILES) -> list[str]:
    """Merge the files of every table that has more than `max_files`; returns the tables.

    Readers of the state before still find its files: they are removed with the next compaction only.

    Raises
    ------
    LakeError: another process holds the lake.
    """
    if not _crowded(Manifest.read(folder), max_files):
        return []
    with locked(folder):
        manifest = Manifest.read(folder)
        crowded = _crowded(manifest, max_files)
        manifest.retired = []
        with Workbench(memory_limit_mb) as bench:
            for table in crowded:
                files = manifest.files[table]
                merged = f"{table}/{manifest.change_seq:012d}-merged.parquet"
                bench.merge_parquet([folder / file for file in files], folder / merged)
                manifest.retired += files
                manifest.files[table] = [merged]
        manifest.commit(folder)
    return crowded


def _crowded(manifest: Manifest, max_files: int) -> list[str]:
    return [table for table, files in manifest.files.items() if len(files) > max_files]
