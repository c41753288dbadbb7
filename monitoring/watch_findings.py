"""What an inspection found, as records for the CRM core: one per fact that somebody should look at."""

from __future__ import annotations

from typing import Any

from crm_core.findings import Finding
from monitoring.column_drift import ColumnDrift
from monitoring.inspection import Inspection
from monitoring.score_drift import SCORE_COLUMN


def to_findings(inspection: Inspection) -> list[Finding]:
    """Channel mix first, then the score, then features; empty where nothing changed."""
    found = [_mix_finding(inspection)] if inspection.mix.is_changed else []
    drifted = sorted(inspection.drifted, key=lambda column: column.column != SCORE_COLUMN)
    return found + [_column_finding(inspection, column) for column in drifted]


def _mix_finding(inspection: Inspection) -> Finding:
    mover = inspection.mix.biggest_mover
    return Finding(
        rule="drift.channel_mix",
        subject=mover.channel_id if mover else "",
        figures={**inspection.mix.to_json(), **_windows(inspection)},
        found_at=inspection.as_of,
        en=inspection.mix.text.en,
        zh=inspection.mix.text.zh,
    )


def _column_finding(inspection: Inspection, column: ColumnDrift) -> Finding:
    is_score = column.column == SCORE_COLUMN and inspection.scores is not None
    text = inspection.score_statement if is_score else column.text
    return Finding(
        rule="drift.score" if is_score else "drift.feature",
        subject=column.column,
        figures={**column.to_json(), **_windows(inspection)},
        found_at=inspection.as_of,
        en=text.en,
        zh=text.zh,
    )


def _windows(inspection: Inspection) -> dict[str, Any]:
    return {"windows": inspection.windows.to_json()}
