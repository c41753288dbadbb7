"""One run: what moved goes out in batches, at the CRM's pace; what was taken is noted at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from configs.sections import WriteBack
from funnelcast.write_back.errors import SinkSilentError
from funnelcast.write_back.ledger import Ledger, Written
from funnelcast.write_back.sink import LeadWrite, Sink


@dataclass
class Report:
    """refused: why, by lead_id; the next run offers them again. left: not reached, since the sink fell silent."""

    written: int = 0
    unchanged: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    left: int = 0
    silence: str | None = None


@dataclass(frozen=True)
class Pace:
    """Time, as a run sees it; tests hand in their own."""

    sleep: Callable[[float], None]
    now: Callable[[], datetime]


def has_moved(before: Written | None, score: LeadWrite, min_change: float) -> bool:
    """Whether a score differs enough from the last one written; the first one does, and so does any override."""
    if before is None or before.grade != score.grade or before.override != score.override:
        return True
    return abs(before.win_probability - score.win_probability) >= min_change - 1e-9


def write_back(
    name: str, sink: Sink, scores: Sequence[LeadWrite], ledger: Ledger, rules: WriteBack, pace: Pace
) -> Report:
    """Write the scores that moved since the last time to the sink of this name.

    Raises
    ------
    WriteBackError: the sink does not let us in.
    """
    before = ledger.written(name)
    moved = [score for score in scores if has_moved(before.get(score.lead_id), score, rules.min_change)]
    report = Report(unchanged=len(scores) - len(moved), left=len(moved))
    for batch in _batches(moved, sink.max_batch):
        try:
            refused = _patiently(sink, batch, rules, pace)
        except SinkSilentError as error:
            report.silence = str(error)
            return report
        taken = [score for score in batch if score.lead_id not in refused]
        ledger.note_written(name, taken, pace.now())
        report.written += len(taken)
        report.refused.update(refused)
        report.left -= len(batch)
        if report.left:
            pace.sleep(1 / rules.calls_per_second)
    return report


def _patiently(sink: Sink, batch: Sequence[LeadWrite], rules: WriteBack, pace: Pace) -> dict[str, str]:
    """Try again after the pause that the sink asks for, else after one that doubles."""
    for attempt in range(1, rules.max_attempts + 1):
        try:
            return dict(sink.write(batch))
        except SinkSilentError as error:
            if attempt == rules.max_attempts:
                raise
            pause = error.pause_seconds or rules.first_pause_seconds * 2 ** (attempt - 1)
            pace.sleep(min(pause, rules.max_pause_seconds))
    raise AssertionError("a run makes at least one attempt")


def _batches(scores: Sequence[LeadWrite], size: int) -> Iterator[list[LeadWrite]]:
    rest = iter(scores)
    while batch := list(islice(rest, size)):
        yield batch
