"""One look at the two windows: features, scores and channel mix, judged but not yet written anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from configs.progress import SILENT, Progress
from configs.settings import Settings
from monitoring.channel_mix import ChannelMix, compare_mix
from monitoring.column_drift import ColumnDrift, detect_drift
from monitoring.score_drift import MODEL_NAME, SCORE_COLUMN, ScoreColumn, Scores, no_model_text, score_windows
from monitoring.sources import Column, LeadSource, ModelSource
from monitoring.testable import Untested, choose_columns
from monitoring.texts import Text
from monitoring.windows import CHANNEL_COLUMN, Windows, read_windows


@dataclass(frozen=True)
class Inspection:
    """What two windows showed.

    `columns` holds one verdict per tested feature and one for the score, the most certain drift first; it is empty
    where `windows.shortage` says why. `scores` is None where `score_statement` says why.
    """

    as_of: datetime
    windows: Windows
    mix: ChannelMix
    columns: list[ColumnDrift]
    untested: list[Untested]
    scores: Scores | None
    score_statement: Text

    @property
    def drifted(self) -> list[ColumnDrift]:
        """Features and score that drifted."""
        return [column for column in self.columns if column.is_drifted]

    @property
    def score_verdict(self) -> ColumnDrift | None:
        """The verdict on the score, None where there is no score."""
        return next((column for column in self.columns if column.column == SCORE_COLUMN), None)

    def to_json(self) -> dict[str, Any]:
        """All figures."""
        verdict = self.score_verdict
        return {
            "as_of": self.as_of.isoformat(),
            "windows": self.windows.to_json(),
            "drifted": [column.column for column in self.drifted],
            "channel_mix": self.mix.to_json(),
            "score": {
                "is_drifted": verdict.is_drifted if verdict else None,
                "statement": self.score_statement.to_json(),
                **(self.scores.to_json() if self.scores else {"model": None}),
            },
            "columns": [column.to_json() for column in self.columns],
            "untested": [column.to_json() for column in self.untested],
        }


def inspect_leads(
    repository: LeadSource, registry: ModelSource, settings: Settings, as_of: datetime, progress: Progress = SILENT
) -> Inspection:
    """Compare the leads of the last `current_days` before as_of with those of the `reference_days` before.

    Raises
    ------
    WindowError: as_of has no time zone, or the frame of the repository lacks a column it promises.
    """
    rules, catalogue = settings.monitoring, repository.catalogue(MODEL_NAME)
    with progress.bar("compare leads", total=3, unit="step") as bar:
        windows = read_windows(repository, rules, as_of)
        bar.update()
        words = [word for column in catalogue if column.name == CHANNEL_COLUMN for word in column.words]
        mix = compare_mix(windows.reference.channels, windows.current.channels, rules, words)
        scores = None if _is_one_sided(windows) else score_windows(registry, windows)
        bar.update()
        columns, untested = _judge_columns(catalogue, windows, scores, settings)
        bar.update()
    return Inspection(as_of, windows, mix, columns, untested, scores, _score_statement(windows, scores))


def _is_one_sided(windows: Windows) -> bool:
    return windows.reference.is_empty or windows.current.is_empty


def _score_statement(windows: Windows, scores: Scores | None) -> Text:
    if scores is not None:
        return scores.text
    if windows.shortage is not None and _is_one_sided(windows):
        return windows.shortage
    return no_model_text()


def _judge_columns(
    catalogue: Sequence[Column], windows: Windows, scores: Scores | None, settings: Settings
) -> tuple[list[ColumnDrift], list[Untested]]:
    if windows.shortage:
        return [], []
    columns, untested = choose_columns(windows, catalogue)
    reference, current = windows.reference.frame, windows.current.frame
    tested: Sequence[Column] = columns
    if scores is not None:
        reference = reference.assign(**{SCORE_COLUMN: scores.reference})
        current = current.assign(**{SCORE_COLUMN: scores.current})
        tested = [*columns, ScoreColumn()]
    return detect_drift(reference, current, tested, settings.monitoring), untested
