"""Style, script and icon: served under their own digest, so that a browser keeps them for good."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.responses import Response

FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Asset:
    """A file that pages link to."""

    name: str
    digest: str
    content: bytes

    @property
    def url(self) -> str:
        """Changes with the content."""
        return f"/static/{self.digest}/{self.name}"


@cache
def assets() -> dict[str, Asset]:
    """All files by name, read once."""
    found = (path for path in sorted(FOLDER.iterdir()) if path.suffix in _TYPES)
    return {path.name: _read(path) for path in found}


def asset_response(name: str, digest: str) -> Response:
    """The file; 404 where there is none, or only another version."""
    asset = assets().get(name)
    if asset is None or asset.digest != digest:
        return Response("404", status_code=404, media_type="text/plain")
    return Response(asset.content, media_type=_TYPES[Path(name).suffix])


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    return Asset(path.name, hashlib.sha256(content).hexdigest()[:12], content)
