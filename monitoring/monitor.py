"""`funnelcast monitor`: compare the latest leads with those before, write what was found, hand back the findings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from configs.progress import SILENT, Progress
from configs.settings import Settings
from crm_core.findings import Finding
from monitoring.column_drift import ColumnDrift
from monitoring.evidently_report import render_drift
from monitoring.files import write_json, write_text
from monitoring.inspection import Inspection, inspect_leads
from monitoring.report_figures import headlines
from monitoring.score_drift import SCORE_COLUMN
from monitoring.sources import LeadSource, ModelSource
from monitoring.watch_findings import to_findings

DRIFT_PAGE = "drift.html"
FIGURES = "monitor.json"


@dataclass(frozen=True)
class MonitorReport:
    """What `monitor` found and wrote. `files` holds `monitor.json` and, where columns were tested, `drift.html`."""

    inspection: Inspection
    findings: list[Finding]
    files: dict[str, Path]

    def in_words(self) -> str:
        """What was found and where it is written, one English sentence a line."""
        lines = [headline["en"] for headline in headlines(self.inspection)]
        return "\n".join([*lines, f"Wrote {' and '.join(str(path) for path in self.files.values())}."])

    def to_json(self) -> dict[str, Any]:
        """All figures, the findings in words and where the files are."""
        return {
            **self.inspection.to_json(),
            "findings": [
                {"rule": finding.rule, "subject": finding.subject, "en": finding.en, "zh": finding.zh}
                for finding in self.findings
            ],
            "files": {name: str(path) for name, path in self.files.items()},
        }


def monitor(
    repository: LeadSource,
    registry: ModelSource,
    settings: Settings,
    as_of: datetime,
    out: Path,
    progress: Progress = SILENT,
) -> MonitorReport:
    """Inspect the leads at as_of and write `drift.html` and `monitor.json` into the folder `out`.

    Raises
    ------
    WindowError: as_of has no time zone.
    RenderError: a page cannot be drawn or written.
    """
    inspection = inspect_leads(repository, registry, settings, as_of, progress)
    files = {FIGURES: out / FIGURES}
    if inspection.columns:
        progress.say("Drawing the drift page with Evidently ...")
        files[DRIFT_PAGE] = write_text(out / DRIFT_PAGE, _drift_page(inspection, settings))
    report = MonitorReport(inspection, to_findings(inspection), files)
    write_json(out / FIGURES, report.to_json())
    return report


def _drift_page(inspection: Inspection, settings: Settings) -> str:
    reference, current = inspection.windows.reference.frame, inspection.windows.current.frame
    if inspection.scores is not None:
        reference = reference.assign(**{SCORE_COLUMN: inspection.scores.reference})
        current = current.assign(**{SCORE_COLUMN: inspection.scores.current})
    columns = sorted(inspection.columns, key=_page_order)
    return render_drift(reference, current, columns, settings.monitoring, settings.training.seed)


def _page_order(column: ColumnDrift) -> tuple[bool, bool, float]:
    """The score first, then what drifted, then the rest, each by certainty."""
    return column.column != SCORE_COLUMN, not column.is_drifted, column.q_value
