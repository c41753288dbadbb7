"""Walking over the files of the state and taking a person out of each."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from funnelcast.file_formats import BY_ENDING, Wanted, without_in_text
from scoring.manifest import MANIFEST, write_manifest

_SQLITE = b"SQLite format 3\x00"
_LOOKED_AT = 4096  # bytes at the start of a file that tell text from anything else
_COMPANIONS = (".sqlite-wal", "-wal", "-shm", "-journal", ".lock", ".tmp")


@dataclass
class Sweep:
    """What a walk did: `changed` files; `removed` ones, which cannot be searched and lay beside a changed one;
    `unclean`: those that hold the person in a form which cannot be rewritten.
    """

    changed: list[Path] = field(default_factory=list)
    removed: list[Path] = field(default_factory=list)
    unclean: list[Path] = field(default_factory=list)


def sweep_files(folders: Iterable[Path], spared: Iterable[Path], wanted: Wanted, *, is_dry_run: bool = False) -> Sweep:
    """Take the person out of every file under these folders but `spared` ones (files or folders), which others clean.

    Text, HTML, JSON, CSV, Parquet and SQLite are searched and written anew, each in one step. A PDF cannot be searched:
    it is removed where a file beside it changed, since it is a print of it. A model's manifest follows its files.
    """
    done, skipped = Sweep(), [path.absolute() for path in spared]
    for path in _files(folders, skipped):
        if path.suffix != ".pdf" and _is_changed(path, wanted, done, is_dry_run):
            done.changed.append(path)
    for folder in sorted({path.parent for path in done.changed}):
        done.removed += sorted(folder.glob("*.pdf"))
        if not is_dry_run:
            _renew_manifest(folder)
    if not is_dry_run:
        for path in done.removed:
            path.unlink(missing_ok=True)
    return done


def _files(folders: Iterable[Path], spared: list[Path]) -> Iterator[Path]:
    seen: set[Path] = set()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            is_spared = any(path == one or one in path.parents for one in spared)
            if path.is_symlink() or not path.is_file() or is_spared or path in seen or path.name.endswith(_COMPANIONS):
                continue
            seen.add(path)
            yield path


def _is_changed(path: Path, wanted: Wanted, done: Sweep, is_dry_run: bool) -> bool:
    with path.open("rb") as stream:
        start = stream.read(_LOOKED_AT)
    if start.startswith(_SQLITE):
        return clean_sqlite(path, wanted, is_dry_run=is_dry_run)
    content = path.read_bytes()
    clean = BY_ENDING.get(path.suffix.lower())
    if clean is None and b"\x00" in start:
        if holds(content, wanted):
            done.unclean.append(path)
        return False
    new = (clean or without_in_text)(content, wanted)
    if new != content and not is_dry_run:
        _replace(path, new)
    return new != content


def holds(content: bytes, wanted: Wanted) -> bool:
    """Whether bytes hold a number, an address or a name of the person in clear."""
    return wanted.traces.everything.search(content.decode("utf-8", "ignore")) is not None


def clean_sqlite(path: Path, wanted: Wanted, *, is_dry_run: bool) -> bool:
    """Redact every text cell of a database; then it is written anew, because deleted text stays in free pages."""
    count = 0
    with closing(sqlite3.connect(path, timeout=60)) as connection, connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        for (table,) in tables.fetchall():
            count += _clean_table(connection, table, wanted)
        if is_dry_run:
            connection.rollback()
    log = path.with_name(f"{path.name}-wal")
    is_left = any(holds(one.read_bytes(), wanted) for one in (path, log) if one.exists())
    if not is_dry_run and (count or is_left):
        with closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return bool(count)


def _clean_table(connection: sqlite3.Connection, table: str, wanted: Wanted) -> int:
    count = 0
    for _, column, *_ in connection.execute(f'PRAGMA table_info("{table}")').fetchall():
        cells = connection.execute(f'SELECT DISTINCT "{column}" FROM "{table}" WHERE typeof("{column}") = \'text\'')
        for (text,) in cells.fetchall():
            if (new := wanted.text(text)) != text:
                connection.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE "{column}" = ?', (new, text))
                count += 1
    return count


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    part.write_bytes(content)
    shutil.copymode(path, part)
    part.replace(path)


def _renew_manifest(folder: Path) -> None:
    """A model's files are checked against their hashes before they are read."""
    manifest = folder / MANIFEST
    if manifest.exists():
        write_manifest(folder, sorted(json.loads(manifest.read_text(encoding="utf-8"))["files"]))
