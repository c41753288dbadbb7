"""What an inspection found, as records for the CRM core: one per fact that somebody should look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crm_core.findings import Finding
from monitoring.column_drift import ColumnDrift
from monitoring.inspection import Inspection
from monitoring.retraining import RetrainProposal
from monitoring.score_drift import SCORE_COLUMN
from monitoring.texts import Text
from monitoring.watch import Watch


def to_findings(inspection: Inspection, watch: Watch | None = None, effects: Sequence[Text] = ()) -> list[Finding]:
    """Channel mix first, then the score, then features, then the retrain proposal; empty where nothing changed."""
    found = [_mix_finding(inspection, effects)] if inspection.mix.is_changed else []
    drifted = sorted(inspection.drifted, key=lambda column: column.column != SCORE_COLUMN)
    found += [_column_finding(inspection, column) for column in drifted]
    proposal = watch.proposal if watch else None
    return found + ([_retrain_finding(inspection, proposal)] if proposal and proposal.is_proposed else [])


def _mix_finding(inspection: Inspection, effects: Sequence[Text]) -> Finding:
    mover, text = inspection.mix.biggest_mover, inspection.mix.text
    return Finding(
        rule="drift.channel_mix",
        subject=mover.channel_id if mover else "",
        figures={
            **inspection.mix.to_json(),
            **_windows(inspection),
            "effects": [effect.to_json() for effect in effects],
        },
        found_at=inspection.as_of,
        en=" ".join([text.en, *(effect.en for effect in effects[:1])]),
        zh="".join([text.zh, *(effect.zh for effect in effects[:1])]),
    )


def _retrain_finding(inspection: Inspection, proposal: RetrainProposal) -> Finding:
    return Finding(
        rule="retrain.proposal",
        subject=proposal.model,
        figures=proposal.to_json(),
        found_at=inspection.as_of,
        en=proposal.text.en,
        zh=proposal.text.zh,
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
