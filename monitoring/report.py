"""The managers' report: one HTML file that needs no internet, and the same figures as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
import pandas as pd

from configs.progress import SILENT, Progress
from configs.settings import Settings
from monitoring import pictures
from monitoring.errors import RenderError
from monitoring.files import write_json, write_text
from monitoring.inspection import Inspection, inspect_leads
from monitoring.report_figures import Champion, report_figures
from monitoring.score_drift import MODEL_NAME
from monitoring.sources import LeadSource, ModelSource
from monitoring.texts import percent
from scoring.errors import NoModelError

TEMPLATES = Path(__file__).parent / "templates"
PAGE = "report.html"
FIGURES = "report.json"


@dataclass(frozen=True)
class ReportFiles:
    """Where the report is, and what it says."""

    html: Path
    json: Path
    figures: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """The two files, the headlines and the next steps."""
        return {
            "files": {PAGE: str(self.html), FIGURES: str(self.json)},
            "headlines": self.figures["headlines"],
            "next_steps": self.figures["next_steps"],
        }


def write_report(
    repository: LeadSource,
    registry: ModelSource,
    settings: Settings,
    as_of: datetime,
    out: Path,
    progress: Progress = SILENT,
    scores: pd.DataFrame | None = None,
    *,
    inspection: Inspection | None = None,
) -> ReportFiles:
    """Write `report.html` and `report.json` into the folder `out`.

    Parameters
    ----------
    scores: as `score leads` writes them; without them the report has no priority list.
    inspection: that of the same as_of, where `monitor` has just made one; else it is made here.

    Raises
    ------
    WindowError: as_of has no time zone.
    RenderError: the page cannot be drawn or written.
    """
    seen = inspection or inspect_leads(repository, registry, settings, as_of, progress)
    figures = report_figures(seen, _champion(registry, seen), scores, settings)
    page = render_report(figures, ZoneInfo(settings.intake.timezone))
    return ReportFiles(write_text(out / PAGE, page), write_json(out / FIGURES, figures), figures)


def render_report(figures: dict[str, Any], zone: ZoneInfo) -> str:
    """The page of these figures; moments are shown as dates in `zone`. Every value is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = percent
    environment.filters["day"] = lambda moment: datetime.fromisoformat(moment).astimezone(zone).strftime("%Y-%m-%d")
    environment.globals.update(
        mix_bars=pictures.mix_bars,
        score_bars=pictures.score_bars,
        change_bars=pictures.change_bars,
        max_drifted=pictures.MAX_DRIFTED,
    )
    try:
        return environment.get_template("report.html.j2").render(figures)
    except jinja2.TemplateError as error:
        raise RenderError(f"The report's template must fit its figures, but does not: {error}.") from error


def _champion(registry: ModelSource, inspection: Inspection) -> Champion:
    if inspection.scores is not None:
        return inspection.scores.model, inspection.scores.model_version
    try:
        return registry.load_champion(MODEL_NAME)
    except NoModelError:
        return None
