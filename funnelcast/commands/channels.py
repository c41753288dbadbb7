"""Command channels: the channel quality matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from funnelcast.context import Context
from funnelcast.options import AsOf, Json
from funnelcast.tables import text_table

if TYPE_CHECKING:
    from monitoring.channel_quality import ChannelQuality


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("channels", epilog="Example: funnelcast channels --as-of 2024-03-01")(channels)


def channels(as_of: AsOf = None, is_json: Json = False) -> None:
    """What each channel brings, costs and keeps, and which to cut, keep or grow, with the expected effect."""
    context = Context.of(as_of, is_json)
    found, answer = judge_channels_now(context)
    context.answer(answer, in_words(found) if found else "No lead is old enough to judge its channel.")


def judge_channels_now(context: Context) -> tuple[list[ChannelQuality], dict[str, Any]]:
    """The matrix at the context's moment, and as JSON, which goes into `channels.json` for the pages."""
    from monitoring.channel_quality import channel_quality
    from monitoring.diagnosis.evidence import plain
    from monitoring.diagnosis.facts import load_case_facts
    from monitoring.files import write_json

    _ = context.engine  # without a state there is nothing to judge
    found = channel_quality(load_case_facts(context.settings, context.as_of), context.settings)
    answer = {"as_of": context.as_of.isoformat(), "channels": plain([row.to_json() for row in found])}
    write_json(context.settings.paths.reports / "channels.json", answer)
    return found, answer


def in_words(found: list[ChannelQuality]) -> str:
    """The matrix, and the list of what to do in both languages."""
    header = [
        "channel", "leads", "share", "fit", "won", "95 % interval", "cycle days", "value/win", "cost/win", "churned",
        "growth+strategic", "tier up/down", "verdict",
    ]  # fmt: skip
    rows = [
        [
            row.name.en, row.leads, f"{row.share:.0%}", _form("{:.2f}", row.size_fit), f"{row.won.shrunk:.1%}",
            f"{row.won.interval.low:.1%} to {row.won.interval.high:.1%}", _form("{:.0f}", row.cycle_days),
            _form("{:,.0f}", row.value_per_win), _form("{:,.0f}", row.cost_per_win),
            *(f"{one.shrunk:.0%}" if one else "-" for one in (row.brought.churned, row.brought.valued)),
            f"{row.brought.risen}/{row.brought.fallen}" if row.brought.valued else "-", row.verdict,
        ]
        for row in found
    ]  # fmt: skip
    told = [f"- {row.text.en}\n  {row.text.zh}" for row in sorted(found, key=lambda row: row.verdict)]
    return "\n".join([text_table(header, rows), "", *told])


def _form(form: str, value: float | None) -> str:
    return "-" if value is None else form.format(value)
