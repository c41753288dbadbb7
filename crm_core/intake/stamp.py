"""When each row was learnt."""

from __future__ import annotations

from datetime import UTC, datetime

from crm_core.intake.batch import Batch

EARLIEST = "1970-01-01 00:00:00.000000"


def stored_moment(moment: datetime) -> str:
    """A moment in the stored form.

    >>> stored_moment(datetime(2024, 1, 5, 13, tzinfo=UTC))
    '2024-01-05 13:00:00.000000'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def learnt_at(batch: Batch, *, is_history: bool, now: str) -> tuple[list[str], list[bool]]:
    """recorded_at and is_backfilled of each row, should it turn out to be new.

    The export's own word wins; a history takes the row's own event time, but never one that is yet to come (an invoice
    due next month is known today); anything else is learnt now.
    """
    if not is_history:
        return [told or now for told in batch.told_at], [False] * len(batch)
    column = batch.spec.event_column
    events = batch.columns[column] if column else [None] * len(batch)
    recorded = [
        told or (EARLIEST if event is None else min(_moment(event), now))
        for told, event in zip(batch.told_at, events, strict=True)
    ]
    return recorded, [told is None for told in batch.told_at]


def _moment(event: str) -> str:
    """A date counts from its midnight UTC."""
    return event if len(event) > 10 else f"{event} 00:00:00.000000"
