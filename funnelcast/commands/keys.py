"""Commands of the API's keys: make, list, rotate, revoke."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from funnelcast.context import Context
from funnelcast.errors import CommandError
from funnelcast.options import Json
from funnelcast.tables import text_table

if TYPE_CHECKING:
    from datetime import datetime

    from crm_core.access import ApiKey

commands = typer.Typer(no_args_is_help=True, help="Keys of the HTTP API; see docs/access-and-privacy.md.")
Prefix = Annotated[str, typer.Argument(help="The key's prefix, as `keys list` shows it.")]


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("key", epilog="Example: funnelcast key odoo --role crm")(key)
    app.add_typer(commands, name="keys")
    commands.command("list", epilog="Example: funnelcast keys list")(list_all)
    commands.command("rotate", epilog="Example: funnelcast keys rotate 3f2a90c41b7e")(rotate)
    commands.command("revoke", epilog="Example: funnelcast keys revoke 3f2a90c41b7e")(revoke)


def key(
    name: Annotated[str, typer.Argument(help="Who will use it, for instance the CRM's name.")],
    role: Annotated[str, typer.Option(help="admin, manager, rep, crm or analyst.")] = "crm",
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires. Default: never.")] = None,
    rep: Annotated[str | None, typer.Option(help="With role rep: whose leads it sees.")] = None,
    team: Annotated[list[str] | None, typer.Option(help="With role manager: whose reps' leads; may repeat.")] = None,
    is_json: Json = False,
) -> None:
    """Make an API key. It is shown once; only its hash is stored."""
    from crm_core.access import create_key

    context = Context.of(None, is_json)
    expires_at = context.as_of + timedelta(days=days) if days else None
    plain = create_key(
        context.engine, name, role, context.as_of, expires_at, rep_id=rep, teams=team or (), actor=getpass.getuser()
    )
    context.answer({"name": name, "role": role, "key": plain}, f"{plain}\nKeep it: it is shown only now.")


def list_all(is_json: Json = False) -> None:
    """All keys, oldest first; what each may see, and until when."""
    from crm_core.access import list_keys

    context = Context.of(None, is_json)
    found = list_keys(context.engine)
    rows = [
        [one.prefix, one.name, one.role, one.rep_id or ", ".join(one.teams or ()), _state(one, context.as_of)]
        for one in found
    ]
    human = text_table(["prefix", "name", "role", "bound to", "state"], rows) if rows else "There is no key yet."
    context.answer({"keys": [asdict(one) | {"is_live": one.is_live(context.as_of)} for one in found]}, human)


def rotate(
    prefix: Prefix,
    overlap_hours: Annotated[
        int | None, typer.Option(min=0, help="Hours that the old key still works. Default: configs/access.yaml.")
    ] = None,
    is_json: Json = False,
) -> None:
    """Make a key in the place of another, with the same name, role and length of life. It is shown once."""
    from crm_core.access import rotate_key

    context = Context.of(None, is_json)
    hours = context.settings.access.rotation_overlap_hours if overlap_hours is None else overlap_hours
    plain = rotate_key(context.engine, prefix, context.as_of, timedelta(hours=hours), actor=getpass.getuser())
    human = f"{plain}\nKeep it: it is shown only now. {prefix} works for {hours} hours at most."
    context.answer({"replaces": prefix, "key": plain, "overlap_hours": hours}, human)


def revoke(prefix: Prefix, is_json: Json = False) -> None:
    """End a key at once; a running service notices within serving.key_cache_seconds."""
    from crm_core.access import revoke_key

    context = Context.of(None, is_json)
    if not revoke_key(context.engine, prefix, context.as_of, actor=getpass.getuser()):
        raise CommandError(f"The prefix must be that of a key that was not revoked, but {prefix!r} is not.")
    context.answer({"revoked": prefix}, f"Revoked {prefix}.")


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return f"revoked {key.revoked_at:%Y-%m-%d %H:%M}"
    if key.expires_at is None:
        return "live"
    word = "until" if key.is_live(now) else "expired"
    successor = f", replaced by {key.replaced_by}" if key.replaced_by else ""
    return f"{word} {key.expires_at:%Y-%m-%d %H:%M}{successor}"
