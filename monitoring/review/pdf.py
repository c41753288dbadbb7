"""The pack as PDF, by WeasyPrint (docs/adr/0010): imported only here, because it needs Pango from the system."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from monitoring.errors import PdfError, RenderError

NEEDS_PANGO = (
    "A PDF needs Pango, which this machine lacks; the HTML page is whole. "
    "Fix on Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk."
)
NEEDS_GLYPHS = (
    "A PDF needs a font that has the character {character!r}, but this machine has none; the HTML page is whole. "
    "Fix on Debian: apt-get install fonts-noto-cjk (or fonts-wqy-microhei, which is smaller)."
)
_LOGGER = "weasyprint"
_MISSING = ".notdef glyph"


def write_pdf(page: str, path: Path) -> Path:
    """Write the page as a PDF of A4 pages; nothing is fetched, neither from the net nor from files.

    Raises
    ------
    PdfError: this machine lacks Pango, or a font for a character of the page; nothing is written.
    RenderError: the place cannot be written to.
    """
    html = _html(page)
    with _missing_glyphs() as missing:
        content = html.write_pdf()
    if missing:
        raise PdfError(NEEDS_GLYPHS.format(character=missing[0]))
    draft = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise RenderError(f"{path} must be writable, but is not: {error.strerror}.") from error
    return path


def _html(page: str) -> Any:
    try:
        from weasyprint import HTML  # noqa: PLC0415 (loads Pango, which may not be there)
        from weasyprint.urls import URLFetcher  # noqa: PLC0415
    except (ImportError, OSError) as error:
        raise PdfError(NEEDS_PANGO) from error
    return HTML(string=page, url_fetcher=URLFetcher(allowed_protocols=()))


@contextmanager
def _missing_glyphs() -> Iterator[list[str]]:
    """Characters that no font of the machine has: WeasyPrint tells them in its log and prints a box."""
    found: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if _MISSING in str(record.msg):
                found.append(str(record.args[0]) if isinstance(record.args, tuple) and record.args else "?")

    logger, listener = logging.getLogger(_LOGGER), Listener(logging.WARNING)
    logger.addHandler(listener)
    try:
        yield found
    finally:
        logger.removeHandler(listener)
