"""What the lake holds: one JSON file, replaced in one step, is the commit.

A Parquet file that the manifest does not name does not exist for readers: an extract that is killed leaves nothing
behind but files that the next one removes.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from features.errors import LakeError

FORMAT = 1
LOCK_SECONDS = 600


@dataclass
class Manifest:
    """`change_seq`: everything up to and including it is in the files. `files`: per table, relative to the lake.

    `retired`: files merged into others by the last compaction, which readers may still hold. `kinds`: kind of every
    attribute (entity.slug) in the form of which its values are kept.
    """

    change_seq: int = 0
    files: dict[str, list[str]] = field(default_factory=dict)
    retired: list[str] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The committed manifest; an empty one where there is no lake yet."""
        path = folder / "manifest.json"
        if not path.exists():
            return cls()
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            manifest = cls(**content)
        except (ValueError, TypeError) as error:
            raise LakeError(f"{path} must be a lake's manifest, but cannot be read: {error}.") from None
        if manifest.format != FORMAT:
            raise LakeError(
                f"The lake's format must be {FORMAT}, but got {manifest.format}: delete {folder} and build again."
            )
        return manifest

    def commit(self, folder: Path) -> None:
        """Replace the manifest in one step, then remove what it does not name."""
        write_atomically(folder / "manifest.json", json.dumps(asdict(self), indent=1))
        named = {name for names in self.files.values() for name in names} | set(self.retired)
        for path in folder.glob("*/*.parquet*"):
            if str(path.relative_to(folder)) not in named:
                path.unlink(missing_ok=True)


def write_atomically(path: Path, content: str) -> None:
    """Write a file so that a reader sees the old or the new content, never a part. The caller holds the folder: the
    draft has one name, so that a write which is killed leaves nothing that the next one does not replace.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


@contextmanager
def locked(folder: Path, patience_seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold the folder against other writers, of this and of other processes.

    Raises
    ------
    LakeError: another writer held it for all of `patience_seconds`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as file:
        deadline = time.monotonic() + patience_seconds
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise LakeError(
                        f"{folder} must be free to write, but another process held it for {patience_seconds} s."
                    ) from None
                time.sleep(0.05)
        yield
