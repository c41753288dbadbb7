"""Commands of outgoing webhooks: who is told of changes, and what did not arrive."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from funnelcast.context import Context
from funnelcast.errors import CommandError
from funnelcast.options import Json
from funnelcast.tables import text_table

commands = typer.Typer(no_args_is_help=True, help="Tell other systems of changes; see docs/api.md.")


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.add_typer(commands, name="webhooks")
    for function, example in (
        (add, "webhooks add https://erp.example/hook --kinds score,credit_hold"),
        (list_all, "webhooks list"),
        (remove, "webhooks remove wh_0123456789abcdef"),
        (deliver, "webhooks deliver"),
        (dead, "webhooks dead"),
        (retry, "webhooks retry --all"),
    ):
        name = function.__name__.removesuffix("_all")
        commands.command(name, epilog=f"Example: funnelcast {example}")(function)


def add(
    url: Annotated[str, typer.Argument(help="Where to post to, http or https.")],
    kinds: Annotated[
        str, typer.Option(help="Kinds of changes, by commas: score, tier, tag, credit_hold.")
    ] = "score,tier,tag,credit_hold",
    secret: Annotated[str | None, typer.Option(help="whsec_ and base64 of 24 to 64 bytes. Default: a new one.")] = None,
    since: Annotated[int | None, typer.Option(min=0, help="Cursor to begin after. Default: from now on.")] = None,
    is_json: Json = False,
) -> None:
    """Subscribe a URL. The secret that signs is shown once."""
    from crm_core.exchange.subscriptions import add_webhook

    context = Context.of(None, is_json)
    made, plain = add_webhook(
        context.engine, url, [kind.strip() for kind in kinds.split(",")], context.as_of, secret=secret, since=since,
        allow_private=context.settings.exchange.webhooks.allow_private_addresses,
    )  # fmt: skip
    machine = {"webhook_id": made.webhook_id, "url": made.url, "kinds": made.kinds, "secret": plain}
    context.answer(machine, f"{made.webhook_id}  {plain}\nKeep the secret: it is shown only now.")


def list_all(is_json: Json = False) -> None:
    """Subscriptions and how far each has come."""
    from crm_core.exchange.subscriptions import list_webhooks

    context = Context.of(None, is_json)
    found = list_webhooks(context.engine)
    rows = [[one.webhook_id, one.url, ",".join(one.kinds), str(one.cursor_seq)] for one in found]
    context.answer(
        {"webhooks": [asdict(one) for one in found]}, text_table(["webhook", "url", "kinds", "cursor"], rows)
    )


def remove(webhook_id: Annotated[str, typer.Argument(help="As `list` shows it.")], is_json: Json = False) -> None:
    """End a subscription and forget its deliveries."""
    from crm_core.exchange.subscriptions import remove_webhook

    context = Context.of(None, is_json)
    remove_webhook(context.engine, webhook_id)
    context.answer({"webhook_id": webhook_id}, f"Removed {webhook_id}.")


def deliver(is_json: Json = False) -> None:
    """Deliver what is due, once, where no service runs to do it."""
    from crm_core.exchange.courier import OUTCOMES, deliver_due

    context = Context.of(None, is_json)
    done = deliver_due(context.engine, context.settings.exchange.webhooks, lambda: datetime.now(UTC))
    counts = {outcome: done[outcome] for outcome in OUTCOMES}
    context.answer(counts, ", ".join(f"{count} {outcome}" for outcome, count in counts.items()))


def dead(is_json: Json = False) -> None:
    """Deliveries that were given up."""
    from crm_core.exchange.dead_letters import dead_letters

    context = Context.of(None, is_json)
    found = dead_letters(context.engine)
    columns = ["delivery_id", "webhook_id", "count_changes", "count_attempts", "dead_at", "last_fault"]
    rows = [[str(getattr(one, column)) for column in columns] for one in found]
    context.answer({"dead": [asdict(one) for one in found]}, text_table(columns, rows))


def retry(
    delivery_id: Annotated[str | None, typer.Argument(help="As `dead` shows it.")] = None,
    is_all: Annotated[bool, typer.Option("--all", help="Every dead letter.")] = False,
    is_json: Json = False,
) -> None:
    """Make dead letters due again."""
    from crm_core.exchange.dead_letters import retry_dead

    if (delivery_id is None) is not is_all:
        raise CommandError("Either the id of a delivery or --all must be given, but got both or neither.")
    context = Context.of(None, is_json)
    count = retry_dead(context.engine, delivery_id, context.as_of)
    context.answer({"due": count}, f"{count} due again.")
