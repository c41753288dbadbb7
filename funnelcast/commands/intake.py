"""Commands that bring data in: init, simulate, import, features."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from funnelcast.context import Context
from funnelcast.errors import CommandError
from funnelcast.options import AsOf, Json
from funnelcast.tables import text_table


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("init", epilog="Example: funnelcast init")(init)
    app.command("simulate", epilog="Example: funnelcast simulate bundle --leads 20000 --seed 7 --scenario trade_show")(
        simulate
    )
    app.command("import", epilog="Example: funnelcast import exports/ --mapping configs/mappings/bpic2012.yaml")(
        import_
    )
    app.command("features", epilog="Example: funnelcast features --as-of 2024-03-01")(features)


def init(is_json: Json = False) -> None:
    """Create the state, or migrate it to this version. Safe to repeat."""
    from crm_core.bi.stages import keep_stages
    from crm_core.database import migrate, schema_revision

    context = Context.of(None, is_json)
    home = context.settings.paths.home
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(
            f"FUNNELCAST_HOME must be a folder that can be made, but {home}: {error.strerror}."
        ) from None
    migrate(context.settings.database_url)
    keep_stages(context.engine, context.settings.funnel)
    revision = schema_revision(context.settings.database_url)
    context.answer({"home": str(home), "revision": revision}, f"State is ready in {home} (schema {revision}).")


def simulate(
    out: Annotated[Path, typer.Argument(help="Folder to write the bundle to.")],
    leads: Annotated[int, typer.Option(min=100, help="Number of leads.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Seed; the same seed gives the same bundle.")] = 1,
    scenario: Annotated[str, typer.Option(help="calm or trade_show.")] = "trade_show",
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """Write a bundle of a simulated equipment seller, with a planted truth."""
    from funnelcast.simulator import simulate as write_bundle

    context = Context.of(as_of, is_json)
    write_bundle(out, leads, seed, scenario, context.as_of, context.progress)
    context.answer(
        {"out": str(out), "leads": leads, "seed": seed, "scenario": scenario, "as_of": context.as_of.isoformat()},
        f"Wrote {leads:,} leads of scenario {scenario} (seed {seed}) to {out}.",
    )


def import_(
    path: Annotated[Path, typer.Argument(help="Folder with the export, or one file of it.")],
    mapping: Annotated[
        Path | None, typer.Option(help="Mapping file; without one the bundle's own names are expected.")
    ] = None,
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """Load an export. The same rows twice change nothing; a row that breaks a rule is kept with its reason."""
    from crm_core.bi.stages import keep_stages
    from crm_core.importer import import_path
    from crm_core.mapping import read_mapping

    context = Context.of(as_of, is_json)
    settings = context.settings
    keep_stages(context.engine, settings.funnel)
    report = import_path(
        context.engine, path, read_mapping(mapping) if mapping else None, settings,
        context.as_of, settings.paths.rejects, context.progress,
    )  # fmt: skip
    for sentence in report.notes:
        typer.echo(sentence, err=True)
    columns = ("read", "inserted", "updated", "unchanged", "rejected")
    rows = [[table, *[counts[column] for column in columns]] for table, counts in report.tables.items()]
    rejects_file = str(report.rejects_file) if report.rejects_file else None
    note = f"\nRejected rows, each with its reason: {rejects_file}" if rejects_file else ""
    context.answer(
        {"tables": report.tables, "rejects_file": rejects_file}, text_table(["table", *columns], rows) + note
    )


def features(as_of: AsOf = None, is_json: Json = False) -> None:
    """Bring the event lake, the offline and the online features up to --as-of."""
    context = Context.of(as_of, is_json)
    report = context.repository.build(context.as_of, context.progress)
    parts = {
        "extracted": report.extracted,
        "offline": report.offline,
        "online": report.online,
        "removed": report.removed,
    }
    rows = [[part, name, count] for part, counts in parts.items() for name, count in counts.items()]
    context.answer({"as_of": report.as_of.isoformat(), **parts}, text_table(["part", "table or view", "rows"], rows))
