"""`funnelcast monitor`: compare the latest leads with those before, judge the scores given, write what was found, hand
back the findings and the retrain proposal.
"""

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
from monitoring.live_sentences import live_sentences
from monitoring.mix_effects import clear_effects
from monitoring.report_figures import headlines
from monitoring.retraining import RetrainProposal
from monitoring.score_drift import SCORE_COLUMN
from monitoring.sources import LeadSource, ModelSource
from monitoring.texts import Text
from monitoring.watch import CrmFacts, Watch, watch
from monitoring.watch_findings import to_findings

DRIFT_PAGE = "drift.html"
FIGURES = "monitor.json"
CHANNEL_DIMENSION = "channel"


@dataclass(frozen=True)
class MonitorReport:
    """What `monitor` found and wrote. `files` holds `monitor.json` and, where columns were tested, `drift.html`.

    watch: None where no facts of the CRM were given. effects: sentences on what the channel mix did to conversion.
    """

    inspection: Inspection
    watch: Watch | None
    effects: list[Text]
    findings: list[Finding]
    files: dict[str, Path]

    @property
    def proposal(self) -> RetrainProposal | None:
        """Whether to train anew; None where that could not be judged."""
        return self.watch.proposal if self.watch else None

    def in_words(self) -> str:
        """What was found and where it is written, one English sentence a line."""
        lines = [headline["en"] for headline in headlines(self.inspection)]
        if self.watch is not None:
            lines += [text.en for text in (*self.effects, *live_sentences(self.watch.live))]
        if self.proposal is not None:
            lines += [self.proposal.text.en, *(f"  {reason.text.en}" for reason in self.proposal.reasons[1:])]
        lines = list(dict.fromkeys(lines))  # too few leads stand in the way of more than one answer
        return "\n".join([*lines, f"Wrote {' and '.join(str(path) for path in self.files.values())}."])

    def to_json(self) -> dict[str, Any]:
        """All figures, the findings in words and where the files are."""
        return {
            **self.inspection.to_json(),
            **(self.watch.to_json() if self.watch else {}),
            "live_sentences": [text.to_json() for text in live_sentences(self.watch.live)] if self.watch else [],
            "mix_sentences": [text.to_json() for text in self.effects],
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
    crm: CrmFacts | None = None,
) -> MonitorReport:
    """Inspect the leads at as_of and write `drift.html` and `monitor.json` into the folder `out`.

    Parameters
    ----------
    crm: facts of the same moment; without them there is drift only.

    Raises
    ------
    WindowError: as_of has no time zone.
    RenderError: a page cannot be drawn or written.
    """
    inspection = inspect_leads(repository, registry, settings, as_of, progress)
    seen = None if crm is None else watch(inspection, crm, registry, settings, progress)
    effects = _effects(inspection, crm, seen)
    files = {FIGURES: out / FIGURES}
    if inspection.columns:
        progress.say("Drawing the drift page with Evidently ...")
        files[DRIFT_PAGE] = write_text(out / DRIFT_PAGE, _drift_page(inspection, settings))
    report = MonitorReport(inspection, seen, effects, to_findings(inspection, seen, effects), files)
    write_json(out / FIGURES, report.to_json())
    return report


def _effects(inspection: Inspection, crm: CrmFacts | None, seen: Watch | None) -> list[Text]:
    """What the channel mix did to conversion, where it changed at all."""
    if crm is None or seen is None or not inspection.mix.is_changed:
        return []
    return clear_effects(seen.effects, CHANNEL_DIMENSION, crm.facts)


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
