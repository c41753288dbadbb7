"""The review packs that `funnelcast report` wrote: one per month, to read here, to print, and as PDF."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from starlette.responses import FileResponse, HTMLResponse, Response

from serving.errors import NotFoundError
from serving.pages.desk import Desk
from serving.pages.page_request import PageRequest
from serving.pages.templating import render
from serving.pages.visitor import LANGUAGES

_NAME = re.compile(r"review-([0-9]{4}-[0-9]{2})\.json")


def reviews(asked: PageRequest, desk: Desk) -> Response:
    """GET /reviews: the months that have a pack, the newest first, and the one asked for."""
    folder, known = desk.settings.paths.reports, periods(desk.settings.paths.reports)
    shown = asked.text("period") or (known[0] if known else "")
    if shown and shown not in known:
        raise _missing(shown)
    packs = [{"period": one, "pdfs": _pdfs(folder, one), **_told(folder, one)} for one in known]
    return render("reviews.html", asked.visitor, "/reviews", show=desk.formats(asked.visitor), packs=packs, shown=shown)


def review_page(asked: PageRequest, desk: Desk) -> Response:
    """GET /reviews/page: a pack, for a frame without an origin."""
    return HTMLResponse(_file(asked, desk, ".html").read_bytes())


def review_pdf(asked: PageRequest, desk: Desk) -> Response:
    """GET /reviews/pdf: a pack's PDF in a language."""
    language = asked.choice("language", LANGUAGES)
    file = _file(asked, desk, f"-{language}.pdf")
    return FileResponse(file, media_type="application/pdf", filename=file.name)


def periods(folder: Path) -> list[str]:
    """Months with a pack, the newest first."""
    found = (_NAME.fullmatch(file.name) for file in folder.glob("review-*.json"))
    return sorted((match[1] for match in found if match), reverse=True)


def _file(asked: PageRequest, desk: Desk, ending: str) -> Path:
    """A file of a month that has a pack: the name never comes from the request."""
    folder, wanted = desk.settings.paths.reports, asked.text("period")
    period = next((one for one in periods(folder) if one == wanted), None)
    file = folder / f"review-{period}{ending}"
    if period is None or not file.is_file():
        raise _missing(wanted)
    return file


def _missing(wanted: str) -> NotFoundError:
    return NotFoundError(f"A review pack must have been written for the month, but {wanted[:20]!r} has none.")


def _pdfs(folder: Path, period: str) -> list[str]:
    return [language for language in LANGUAGES if (folder / f"review-{period}-{language}.pdf").is_file()]


def _told(folder: Path, period: str) -> dict[str, Any]:
    """How many proposals the pack makes and how many are decided; noughts where it cannot be read."""
    try:
        pack = json.loads((folder / f"review-{period}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        pack = {}
    return {"proposals": len(pack.get("proposals", [])), "followed": len(pack.get("outcomes", []))}
