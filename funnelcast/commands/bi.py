"""Command bi: views for BI tools, the role that reads them, and a file of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from funnelcast.context import Context
from funnelcast.options import Json
from funnelcast.tables import text_table


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    room = typer.Typer(no_args_is_help=True, help="Read-only views with stable names for BI tools.")
    room.command("views", epilog="Example: funnelcast bi views")(views)
    room.command("grant", epilog="Example: funnelcast bi grant bi_reader | psql funnelcast")(grant)
    room.command("export", epilog="Example: funnelcast bi export bi.db")(export)
    app.add_typer(room, name="bi")


def views(is_json: Json = False) -> None:
    """The views, their grain and their columns."""
    from crm_core.bi.views import GRAIN, view_columns

    context = Context.of(None, is_json)
    found = view_columns(context.engine)
    rows = [[name, GRAIN[name], ", ".join(columns)] for name, columns in found.items()]
    context.answer({"views": found}, text_table(["view", "one row per", "columns"], rows))


def grant(
    role: Annotated[str, typer.Argument(help="Name of the role, made where it is not there.")],
    schema: Annotated[str, typer.Option(help="Schema of our tables.")] = "public",
    is_json: Json = False,
) -> None:
    """Print the SQL that lets a PostgreSQL role read the views and nothing else. It changes nothing itself."""
    from crm_core.bi.grants import grant_sql

    statements = grant_sql(role, schema)
    Context.of(None, is_json).answer({"sql": statements}, "\n".join(statements))


def export(
    file: Annotated[Path, typer.Argument(help="SQLite file to write; one that is there is replaced.")],
    is_json: Json = False,
) -> None:
    """Write the views as a SQLite file that holds nothing else, for BI tools beside an embedded state."""
    from crm_core.bi.export import export_views

    context = Context.of(None, is_json)
    counts = export_views(context.engine, file)
    context.answer({"file": str(file), "rows": counts}, f"Wrote {sum(counts.values()):,} rows to {file}.")
