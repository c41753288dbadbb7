"""The exploration library's files, as they were published (vendor/perspective/README.md), served under their digest.

Its files name one another by relative paths, so the folders are kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from starlette.responses import FileResponse, Response

PATH = "/explore/library/{digest}/{package}/dist/{kind}/{name}"
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".wasm": "application/wasm"}


class Library:
    """Files below a folder, as `package/dist/kind/name`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def files(self) -> dict[tuple[str, str, str], Path]:
        """By package, kind and name."""
        found = (file for file in sorted(self._folder.glob("*/dist/*/*")) if file.suffix in _TYPES)
        return {(file.parts[-4], file.parts[-2], file.name): file for file in found}

    @cached_property
    def digest(self) -> str:
        """Of all files together: it changes with any."""
        whole = hashlib.sha256()
        for file in self.files.values():
            whole.update(hashlib.sha256(file.read_bytes()).digest())
        return whole.hexdigest()[:12]

    def response(self, params: Mapping[str, str]) -> Response:
        """The file of a path's parameters; 404 where there is none, or only another version."""
        file = self.files.get((params["package"], params["kind"], params["name"]))
        if file is None or params["digest"] != self.digest:
            return Response("404", status_code=404, media_type="text/plain")
        return FileResponse(file, media_type=_TYPES[file.suffix])


LIBRARY = Library(Path(__file__).parent / "vendor" / "perspective")


def library_url() -> str:
    """What the paths of the library's files begin with."""
    return PATH.split("/{package}", maxsplit=1)[0].replace("{digest}", LIBRARY.digest)
