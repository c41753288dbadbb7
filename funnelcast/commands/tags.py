"""Commands tags run and show: smart tags with rule, figures and talk track."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from funnelcast.context import Context
from funnelcast.options import AsOf, Json
from funnelcast.tables import text_table

if TYPE_CHECKING:
    from crm_core.tags.history import TagChange


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    room = typer.Typer(help="Smart tags of customers: compute and show.", no_args_is_help=True)
    room.command("run", epilog="Example: funnelcast tags run --as-of 2024-03-01")(run)
    room.command("show", epilog="Example: funnelcast tags show C00042")(show)
    app.add_typer(room, name="tags")


def run(as_of: AsOf = None, is_json: Json = False) -> None:
    """Compute every customer's tags; the same again changes nothing."""
    from crm_core.tags.retag import retag

    context = Context.of(as_of, is_json)
    result = retag(context.engine, context.settings, context.as_of)
    tags = context.settings.tags.tags
    rows = [[name, tags[name].zh, tags[name].en, count] for name, count in result.held.items()]
    head = f"{result.customers:,} customers as of {result.as_of.isoformat()}: {result.given:,} tags given, "
    table = text_table(["tag", "", "", "customers"], rows)
    context.answer(asdict(result), f"{head}{result.taken:,} taken.\n{table}")


def show(
    customer_id: Annotated[str, typer.Argument(help="Customer to show.")],
    history: Annotated[bool, typer.Option("--history", help="Also what came and went before.")] = False,
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """Show a customer's tags: the rule, the figures that met it, and what to say."""
    from crm_core.tags.history import tag_history

    context = Context.of(as_of, is_json)
    changes = tag_history(context.engine, context.settings.tags, customer_id, context.as_of)
    last = {change.tag: change for change in changes}
    shown = changes if history else [change for change in last.values() if change.is_held]
    human = "\n".join(_in_words(change) for change in shown) or f"{customer_id} has no tags."
    context.answer({"customer_id": customer_id, "tags": [asdict(change) for change in shown]}, human)


def _in_words(change: TagChange) -> str:
    name = change.name or {"zh": change.tag, "en": "removed"}
    state = "since" if change.is_held else "gone since"
    figures = ", ".join(f"{key} {_short(value)}" for key, value in change.figures.items())
    lines = [
        f"{name['zh']} {name['en']}, {state} {change.since.date()}",
        f"  rule     {change.rule} ({change.rule_version})",
        f"  figures  {figures}",
    ]
    talk = change.talk_track if change.is_held else None
    return "\n".join([*lines, *([f"  say      {talk['zh']}", f"           {talk['en']}"] if talk else [])])


def _short(value: object) -> str:
    if isinstance(value, list):
        return "/".join(map(str, value))
    return "unknown" if value is None else f"{value:.10g}"
