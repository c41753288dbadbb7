"""Commands on incidents: list, acknowledge, snooze, resolve."""

from __future__ import annotations

import getpass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from funnelcast.context import Context
from funnelcast.options import AsOf, Json
from funnelcast.tables import text_table

if TYPE_CHECKING:
    from monitoring.diagnosis.incidents import Action, Incident

Which = Annotated[str, typer.Argument(metavar="INCIDENT", help="Rule and subject, such as stage_stock:negotiation.")]
By = Annotated[str | None, typer.Option(help="Who does it. Default: the user of this machine.")]
Note = Annotated[str, typer.Option(help="Why, or what was done.")]


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    group = typer.Typer(no_args_is_help=True, help="Alarms as incidents: one each, with its history.")
    group.command("list", epilog="Example: funnelcast incidents list")(list_)
    group.command("acknowledge", epilog="Example: funnelcast incidents acknowledge stage_stock:negotiation")(
        acknowledge
    )
    group.command("snooze", epilog="Example: funnelcast incidents snooze stage_stock:negotiation --days 7")(snooze)
    group.command("resolve", epilog="Example: funnelcast incidents resolve stage_stock:negotiation")(resolve)
    app.add_typer(group, name="incidents")


def list_(as_of: AsOf = None, is_json: Json = False) -> None:
    """Incidents, the newest first: one for all alarms of a rule and subject in a row."""
    context = Context.of(as_of, is_json)
    found = _incidents(context)
    answer = {"as_of": context.as_of.isoformat(), "incidents": [one.to_json(context.as_of) for one in found]}
    context.answer(answer, _table(found, context) if found else "No incident. 无事件。")


def acknowledge(incident: Which, by: By = None, note: Note = "", as_of: AsOf = None, is_json: Json = False) -> None:
    """Say that somebody looks after it."""
    _act(Context.of(as_of, is_json), incident, "acknowledge", by, note)


def snooze(
    incident: Which,
    days: Annotated[int, typer.Option(min=1, help="For how long.")] = 7,
    by: By = None,
    note: Note = "",
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """Be silent about it for some days."""
    _act(Context.of(as_of, is_json), incident, "snooze", by, note, days)


def resolve(incident: Which, by: By = None, note: Note = "", as_of: AsOf = None, is_json: Json = False) -> None:
    """Close it; an alarm after that begins a new incident."""
    _act(Context.of(as_of, is_json), incident, "resolve", by, note)


def _incidents(context: Context) -> list[Incident]:
    from crm_core.findings import read_findings
    from monitoring.diagnosis.incidents import incidents

    rules = context.settings.diagnosis
    since = context.as_of - timedelta(days=rules.incident_look_back_days)
    return incidents(read_findings(context.engine, since, context.as_of), context.as_of, rules.incident_gap_days)


def _act(context: Context, incident: str, action: Action, by: str | None, note: str, days: int | None = None) -> None:
    from crm_core.findings import record_findings
    from monitoring.diagnosis.incidents import act

    until = context.as_of + timedelta(days=days) if days else None
    done = act(_incidents(context), incident, action, context.as_of, by or getpass.getuser(), note, until)
    record_findings(context.engine, [done])
    context.answer({"incident": incident, "action": action, **done.figures}, f"{done.en} {done.zh}")


def _table(found: list[Incident], context: Context) -> str:
    header = ["incident", "status", "since", "last alarm", "alarms", "what"]
    rows = [
        [one.incident_id, one.status(context.as_of), f"{one.alarms[0].found_at:%Y-%m-%d}",
         f"{one.alarms[-1].found_at:%Y-%m-%d}", len(one.alarms), one.alarms[-1].en]
        for one in found
    ]  # fmt: skip
    return text_table(header, rows)
