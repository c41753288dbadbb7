"""Commands of the audit log: show it, and check that nobody changed it."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

import typer

from funnelcast.context import Context
from funnelcast.errors import CommandError
from funnelcast.options import Json
from funnelcast.tables import text_table

commands = typer.Typer(no_args_is_help=True, help="Who did what to whom; see docs/access-and-privacy.md.")
_NOTED = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.add_typer(commands, name="audit")
    commands.command("show", epilog="Example: funnelcast audit show --subject customer:C000471")(show)
    commands.command("verify", epilog="Example: funnelcast audit verify")(verify)


def show(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Entries at most.")] = 20,
    subject: Annotated[str | None, typer.Option(help="Only about this subject, as `kind:id`.")] = None,
    is_json: Json = False,
) -> None:
    """The newest entries, newest first."""
    from crm_core.audit import read_entries

    context = Context.of(None, is_json)
    found = read_entries(context.engine, limit, subject)
    rows = [
        [one.seq, f"{one.at:%Y-%m-%d %H:%M:%S}", one.actor, one.action, one.subject, _words(one.details)]
        for one in found
    ]
    human = text_table(["seq", "at (UTC)", "actor", "action", "subject", "details"], rows)
    context.answer({"entries": [one.to_json() for one in found]}, human if rows else "There is no entry yet.")


def verify(
    seen: Annotated[
        str | None, typer.Option(metavar="SEQ:HASH", help="An entry as an earlier `verify` told it: still the same?")
    ] = None,
    is_json: Json = False,
) -> None:
    """Compute the chain anew; exit 1 where an entry was changed, removed, inserted or cut off."""
    from crm_core.audit import verify as verify_log

    context = Context.of(None, is_json)
    report = verify_log(context.engine, _noted(seen))
    head = f"{report.count}:{report.head}" if report.count else ""
    human = f"{report.count} entries, whole. Note this elsewhere and give it to --seen next time:\n{head}"
    if not report.faults:
        context.answer({**report.to_json(), "seen": head}, human if head else "There is no entry yet.")
        return
    context.answer({**report.to_json(), "seen": head}, "\n".join(report.faults))
    raise CommandError(f"The audit log must be whole, but has {len(report.faults)} fault(s): {report.faults[0]}")


def _words(details: dict[str, Any]) -> str:
    return json.dumps(details, ensure_ascii=False)


def _noted(seen: str | None) -> tuple[int, str] | None:
    if seen is None:
        return None
    found = _NOTED.fullmatch(seen.strip())
    if found is None:
        raise CommandError(f"--seen must be SEQ:HASH as `audit verify` prints it, but got {seen!r}.")
    return int(found[1]), found[2]
