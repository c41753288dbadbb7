"""The folder where exports arrive: what is whole is imported and then moved away; what is refused stays."""

from __future__ import annotations

import shutil
from datetime import UTC
from pathlib import Path
from typing import Any

from funnelcast.context import Context

BUNDLE = "."  # the loose files of the folder, which are one bundle
MAPPING = "mapping.yaml"
TABLE_ENDINGS = (".csv", ".parquet")


def drop_folder(context: Context) -> Path:
    """Where exports arrive."""
    return context.settings.daily.drop_folder or context.settings.paths.drop


def arrived(folder: Path, settle_seconds: float, now: float) -> list[str]:
    """Names of the exports that are whole: of each folder in it, and `.` for its loose files; none where there is none.

    Parameters
    ----------
    settle_seconds: an export with a younger file is still being written. now: seconds since the epoch.
    """
    if not folder.is_dir():
        return []
    names = sorted(child.name for child in folder.iterdir() if child.is_dir() and not child.name.startswith("."))
    return [name for name in [BUNDLE, *names] if _is_whole(_files(folder, name), settle_seconds, now)]


def import_export(context: Context, name: str) -> dict[str, Any]:
    """Import one export at the run's moment and move it away; returns {table: counts}.

    Raises
    ------
    ImportFault: it cannot be used; nothing of it is stored, and it stays where it is.
    """
    from crm_core.importer import import_path
    from crm_core.mapping import read_mapping

    folder, settings = drop_folder(context), context.settings
    mapping = folder / name / MAPPING
    report = import_path(
        context.engine, folder / name, read_mapping(mapping) if mapping.is_file() else None, settings,
        context.as_of, settings.paths.rejects, context.progress,
    )  # fmt: skip
    _put_away(folder, name, settings.paths.imported / f"{context.as_of.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    return report.to_json()


def _files(folder: Path, name: str) -> list[Path]:
    if name == BUNDLE:
        return [file for file in folder.iterdir() if file.is_file() and file.suffix in TABLE_ENDINGS]
    return [file for file in (folder / name).rglob("*") if file.is_file()]


def _is_whole(files: list[Path], settle_seconds: float, now: float) -> bool:
    return bool(files) and all(now - file.stat().st_mtime >= settle_seconds for file in files)


def _put_away(folder: Path, name: str, to: Path) -> None:
    to.mkdir(parents=True, exist_ok=True)
    if name == BUNDLE:
        for file in _files(folder, name):
            shutil.move(file, to / file.name)
        return
    try:
        (folder / name).rename(to / name)
    except OSError:  # another file system, or what a move that was killed half-way left there
        shutil.copytree(folder / name, to / name, dirs_exist_ok=True)
        shutil.rmtree(folder / name)
