"""Command daily: the day's work in order, restartable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from funnelcast.context import Context
from funnelcast.errors import CommandError
from funnelcast.options import AsOf, Json
from funnelcast.tables import text_table

if TYPE_CHECKING:
    from funnelcast.daily.record import RunRecord


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("daily", epilog="Example: funnelcast daily")(daily)


def daily(as_of: AsOf = None, is_json: Json = False) -> None:
    """Import what has arrived, then tiers, tags, commission, features, scores, watching and report, each recorded.

    A run that was killed goes on where it stood when the command is given again on the same day.
    """
    from funnelcast.daily.record import FAILED
    from funnelcast.daily.work import work

    context = Context.of(as_of, is_json)
    record = work(context)
    context.answer(_to_json(record), _in_words(record))
    failed = [f"{result.step}: {result.why}" for result in record.steps.values() if result.status == FAILED]
    if failed:
        raise CommandError(f"Every step must end well, but {len(failed)} failed. {' '.join(failed)}")


def _to_json(record: RunRecord) -> dict[str, Any]:
    steps = [vars(result) for result in record.steps.values()]
    seconds = round(sum(result.seconds for result in record.steps.values()), 2)
    return {"as_of": record.as_of.isoformat(), "steps": steps, "seconds": seconds, "record": str(record.file)}


def _in_words(record: RunRecord) -> str:
    rows = [
        [result.step, result.status, result.seconds, result.why or _short(result.summary)]
        for result in record.steps.values()
    ]
    counts = {status: sum(row[1] == status for row in rows) for status in ("done", "skipped", "failed")}
    said = ", ".join(f"{count} {status}" for status, count in counts.items())
    seconds = sum(result.seconds for result in record.steps.values())
    table = text_table(["step", "", "seconds", "what"], rows)
    return f"{table}\nThe day's work as of {record.as_of.isoformat()}: {said}, {seconds:,.0f} s."


def _short(summary: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in summary.items() if isinstance(value, int | float | str))
