"""SHA-256 of each of an artefact's files, checked before any of them is parsed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from scoring.errors import ArtefactError

MANIFEST = "manifest.json"
FORMAT = 2  # 2: splines and the weight of the trees


def write_manifest(folder: Path, names: list[str]) -> None:
    """Write the manifest of the named files."""
    content = {"format": FORMAT, "files": {name: _sha256((folder / name).read_bytes()) for name in sorted(names)}}
    (folder / MANIFEST).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def read_verified(folder: Path, names: list[str]) -> dict[str, bytes]:
    """Content of each named file, after its hash was found to be the manifest's.

    Raises
    ------
    ArtefactError: a file is absent, the manifest is of another format, or a hash differs.
    """
    expected = _expected(folder)
    if sorted(expected) != sorted(names):
        raise ArtefactError(
            f"The manifest in {folder} must name {', '.join(sorted(names))}, but names {sorted(expected)}."
        )
    # Read once and hash what was read, so that nothing can change between the check and the use.
    contents = {name: _read(folder / name) for name in names}
    for name, content in contents.items():
        if _sha256(content) != expected[name]:
            raise ArtefactError(f"{folder / name} must have the manifest's SHA-256, but its content was changed.")
    return contents


def _expected(folder: Path) -> dict[str, str]:
    try:
        content = json.loads(_read(folder / MANIFEST))
        version, files = content["format"], dict(content["files"])
    except (ValueError, KeyError, TypeError) as error:
        raise ArtefactError(f"{folder / MANIFEST} must be a manifest in JSON, but cannot be read: {error}.") from None
    if version != FORMAT:
        raise ArtefactError(f"The artefact in {folder} must have format {FORMAT}, but has {version}.")
    return files


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise ArtefactError(f"An artefact must hold {path.name}, but {path} cannot be read.") from None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
