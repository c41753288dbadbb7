"""Commands user add, list, password and disable: who may sign in to the pages."""

from __future__ import annotations

import getpass
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from funnelcast.context import Context
from funnelcast.errors import CommandError
from funnelcast.options import Json
from funnelcast.tables import text_table

if TYPE_CHECKING:
    from crm_core.access.people import Person

commands = typer.Typer(no_args_is_help=True, help="People who sign in to the pages; see docs/pages.md.")
Name = Annotated[str, typer.Argument(help="What the person types to sign in.")]
FromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking for it.")
]


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.add_typer(commands, name="user")
    commands.command("add", epilog="Example: funnelcast user add li.na --role manager --team 销售一部")(add)
    commands.command("list", epilog="Example: funnelcast user list")(list_all)
    commands.command("password", epilog="Example: funnelcast user password li.na")(password)
    commands.command("disable", epilog="Example: funnelcast user disable li.na")(disable)


def add(
    name: Name,
    role: Annotated[str, typer.Option(help="admin, manager, rep or analyst.")] = "rep",
    rep: Annotated[str | None, typer.Option(help="With role rep: whose leads the person sees.")] = None,
    team: Annotated[list[str] | None, typer.Option(help="With role manager: whose reps' leads; may repeat.")] = None,
    is_from_input: FromInput = False,
    is_json: Json = False,
) -> None:
    """Let a person sign in. The password is asked for and stored as an argon2id hash only."""
    from crm_core.access.people import create_person

    context = Context.of(None, is_json)
    secret = _password(context, name, is_from_input)
    person = create_person(
        context.engine, name, role, secret, context.as_of, rep_id=rep, teams=team or (), actor=getpass.getuser()
    )
    context.answer(asdict(person), f"{person.name} may sign in as {role}.")


def list_all(is_json: Json = False) -> None:
    """Everybody who may or might sign in, by name."""
    from crm_core.access.people import list_people

    context = Context.of(None, is_json)
    found = list_people(context.engine)
    rows = [[one.name, one.role, one.rep_id or ", ".join(one.teams or ()), _state(one)] for one in found]
    human = text_table(["name", "role", "bound to", "state"], rows) if rows else "There is nobody yet."
    context.answer({"people": [asdict(one) for one in found]}, human)


def password(name: Name, is_from_input: FromInput = False, is_json: Json = False) -> None:
    """Give a person a new password; sessions opened with the old one end."""
    from crm_core.access.people import set_password

    context = Context.of(None, is_json)
    secret = _password(context, name, is_from_input)
    set_password(context.engine, name, secret, context.as_of, actor=getpass.getuser())
    context.answer({"name": name}, f"{name} has a new password.")


def disable(name: Name, is_json: Json = False) -> None:
    """End a person's access and sessions at once; what was done under the name stays in the audit log."""
    from crm_core.access.people import disable_person

    context = Context.of(None, is_json)
    disable_person(context.engine, name, context.as_of, actor=getpass.getuser())
    context.answer({"disabled": name}, f"{name} can sign in no more.")


def _password(context: Context, name: str, is_from_input: bool) -> str:
    from crm_core.access.passwords import check_strength

    plain = sys.stdin.readline().rstrip("\r\n") if is_from_input else _asked()
    check_strength(plain, name, context.settings.pages.min_password_length)
    return plain


def _asked() -> str:
    if not sys.stdin.isatty():
        raise CommandError("The password must be typed or come with --password-stdin, but there is no terminal.")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _state(person: Person) -> str:
    return f"disabled {person.disabled_at:%Y-%m-%d}" if person.disabled_at else "may sign in"
