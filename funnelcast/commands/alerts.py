"""Commands that tell people: alerts send, alerts test."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from funnelcast.context import Context
from funnelcast.errors import CommandError
from funnelcast.options import Json
from funnelcast.tables import text_table

if TYPE_CHECKING:
    from monitoring.alerts.deliver import Delivery


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    group = typer.Typer(help="Findings by webhook, e-mail, DingTalk and WeCom.", no_args_is_help=True)
    group.command("send", epilog="Example: funnelcast alerts send")(send)
    group.command("test", epilog="Example: funnelcast alerts test --only sales")(send_test)
    app.add_typer(group, name="alerts")


def send(is_json: Json = False) -> None:
    """Tell every destination the findings it was not told yet; what failed is tried again at the next run."""
    context = Context.of(None, is_json)
    _answer(context, send_alerts_now(context), "sent")


def send_test(
    only: Annotated[str | None, typer.Option(help="Name of one destination. Default: all.")] = None,
    is_json: Json = False,
) -> None:
    """Send a test message; nothing is recorded."""
    from crm_core.findings import Finding
    from monitoring.alerts.deliver import Delivery, language_of, try_to_send
    from monitoring.alerts.message import message_of

    context = Context.of(None, is_json)
    rules = context.settings.alerts
    chosen = [one for one in rules.destinations if only in {None, one.name}]
    if only is not None and not chosen:
        known = ", ".join(one.name for one in rules.destinations) or "none"
        raise CommandError(f"--only must be one of the destinations ({known}), but got {only!r}.")
    words = ("This is a test: alerts arrive here.", "这是一条测试消息：告警将发送到这里。")
    finding = Finding("alerts.test", "", {}, context.as_of, *words)
    done = []
    for one in chosen:
        message = message_of([finding], language_of(one, rules), rules.page_url, rules.max_items)
        fault = try_to_send(one, message, context.as_of, rules.timeout_seconds)
        done.append(Delivery(one.name, "failed" if fault else "sent", 1, 0, fault))
    _answer(context, done, "tested")


def send_alerts_now(context: Context) -> list[Delivery]:
    """Tell what is new at the context's moment."""
    from crm_core.findings import read_findings
    from crm_core.told_alerts import note_attempt, read_told
    from monitoring.alerts.deliver import deliver
    from monitoring.alerts.news import news
    from monitoring.diagnosis.incidents import incidents

    rules, now, engine = context.settings.alerts, context.as_of, context.engine
    since = now - timedelta(days=max(rules.look_back_days, rules.repeat_days))
    found = read_findings(engine, now - timedelta(days=rules.look_back_days), now)
    known = incidents(found, now, context.settings.diagnosis.incident_gap_days)
    return deliver(
        news(found, known, now), rules, now,
        lambda name: read_told(engine, name, since),
        lambda name, findings, fault: note_attempt(engine, name, findings, now, fault),
    )  # fmt: skip


def _answer(context: Context, done: list[Delivery], verb: str) -> None:
    """Show what was done, then fail where a destination did."""
    answer: dict[str, Any] = {verb: [asdict(one) for one in done]}
    columns = ["destination", "status", "findings", "given_up", "fault"]
    shown = text_table(columns, [[getattr(one, name) for name in columns] for one in done])
    context.answer(answer, shown if done else "No destination is configured: see destinations in configs/alerts.yaml.")
    if failed := [one.destination for one in done if one.status == "failed"]:
        raise CommandError(f"Every destination must take its alerts, but {len(failed)} did not: {', '.join(failed)}.")
