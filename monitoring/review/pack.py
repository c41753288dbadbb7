"""The review pack of a period (mission F7): HTML, JSON and a PDF per language."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from configs.progress import SILENT, Progress
from monitoring.errors import PdfError
from monitoring.files import write_json, write_text
from monitoring.review.facts import ReviewFacts
from monitoring.review.figures import review_figures
from monitoring.review.page import LANGUAGES, render_review
from monitoring.review.pdf import write_pdf
from monitoring.review.period import Period
from monitoring.review.proposals import Proposal


@dataclass(frozen=True)
class ReviewPack:
    """What was written. `pdf_refused`: why there is no PDF, in one sentence with the fix; None where there are."""

    html: Path
    json: Path
    pdfs: dict[str, Path]
    pdf_refused: str | None
    figures: dict[str, Any]
    proposals: list[Proposal] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Where the files are, and how many proposals there are."""
        return {
            "period": self.figures["period"], "html": str(self.html), "json": str(self.json),
            "pdf": {language: str(path) for language, path in self.pdfs.items()}, "pdf_refused": self.pdf_refused,
            "proposals": len(self.proposals),
        }  # fmt: skip

    def in_words(self) -> str:
        """One or two lines for people."""
        files = " and ".join(str(path) for path in (self.html, *self.pdfs.values()))
        return f"Wrote {files}." + (f"\n{self.pdf_refused}" if self.pdf_refused else "")


def write_pack(facts: ReviewFacts, period: Period, home: Path, out: Path, progress: Progress = SILENT) -> ReviewPack:
    """Write `review-PERIOD.html`, `.json` and `-LANGUAGE.pdf` into `out`; the pack before is overwritten.

    Where this machine cannot make a PDF, one of an earlier run is removed: it would tell other figures.

    Raises
    ------
    RenderError: the page cannot be drawn or written.
    """
    figures, proposals = review_figures(facts, period, home)
    settings = facts.settings.intake
    zone, name = ZoneInfo(settings.timezone), f"review-{period.name}"
    pages = {language: render_review(figures, zone, settings.currency, language) for language in LANGUAGES}
    html = write_text(out / f"{name}.html", pages["en"])
    json = write_json(out / f"{name}.json", figures)
    pdfs: dict[str, Path] = {}
    progress.say("Drawing the review pack as PDF ...")
    try:
        for language, page in pages.items():
            pdfs[language] = write_pdf(page, out / f"{name}-{language}.pdf")
        refused = None
    except PdfError as error:
        refused, pdfs = str(error), {}
        for language in LANGUAGES:
            (out / f"{name}-{language}.pdf").unlink(missing_ok=True)
    return ReviewPack(html, json, pdfs, refused, figures, proposals)
