"""Command privacy erase: a person out of the database, the features, the models' files and every report."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from funnelcast.context import Context
from funnelcast.errors import CommandError
from funnelcast.options import Json
from funnelcast.tables import text_table

if TYPE_CHECKING:
    from crm_core.privacy.erase import ErasureReport
    from crm_core.privacy.person import Person
    from funnelcast.file_sweep import Sweep

commands = typer.Typer(no_args_is_help=True, help="Personal data; see docs/access-and-privacy.md.")


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.add_typer(commands, name="privacy")
    commands.command("erase", epilog="Example: funnelcast privacy erase --customer C000471 --dry-run")(erase)


@dataclass(frozen=True)
class Erasure:
    """What one run did, or would do."""

    person: Person
    features: dict[str, int]
    files: Sweep
    database: ErasureReport


def erase(
    customer: Annotated[
        str | None, typer.Option(help="Id of a customer; its merged duplicates and leads go too.")
    ] = None,
    lead: Annotated[str | None, typer.Option(help="Id of a lead; its customer stays.")] = None,
    is_dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and change nothing.")] = False,
    is_json: Json = False,
) -> None:
    """Remove a person everywhere, for good. The books keep ids and amounts. Safe to repeat after a stop."""
    if (customer is None) == (lead is None):
        raise CommandError("Either --customer or --lead must be given, but got both or neither.")
    context = Context.of(None, is_json)
    kind, asked_id = ("customer", customer) if customer is not None else ("lead", lead)
    done = erase_everywhere(context, kind, str(asked_id), is_dry_run=is_dry_run)
    context.answer(_machine(done, is_dry_run), _human(done, is_dry_run))
    if done.files.unclean:
        named = ", ".join(map(str, done.files.unclean))
        raise CommandError(
            f"Every file must be rewritten, but these hold the person in a form that cannot be: {named}."
        )


def erase_everywhere(context: Context, kind: str, asked_id: str, *, is_dry_run: bool) -> Erasure:
    """Features and files first, the database last: while it still tells who the person is, a run that was stopped can
    be begun again. Features once more at the end, for what another process extracted in between.
    """
    from crm_core.privacy.compact import compact_database
    from crm_core.privacy.erase import erase_from_database, look_up
    from features.erasure import Forgotten, erase_features

    settings, engine = context.settings, context.engine
    person = look_up(engine, kind, asked_id, settings)
    ids = {"lead": person.lead_ids, "customer": person.customer_ids}
    forgotten = Forgotten(ids, person.traces.redact, person.traces.redact_contacts)
    features = erase_features(settings, forgotten, is_dry_run=is_dry_run)
    files = _erase_files(context, person, is_dry_run)
    elsewhere = {"features": features, "files_changed": len(files.changed), "files_removed": len(files.removed)}
    database = erase_from_database(
        engine, person, settings, context.as_of, actor=getpass.getuser(), elsewhere=elsewhere, is_dry_run=is_dry_run
    )
    if not is_dry_run:
        erase_features(settings, forgotten)
        compact_database(engine)
    return Erasure(person, features, files, database)


def _erase_files(context: Context, person: Person, is_dry_run: bool) -> Sweep:
    """Reports, scores, rejects, logs and whatever else lies in the state; models and MLflow by whole words only."""
    from funnelcast.file_formats import Wanted
    from funnelcast.file_sweep import Sweep, sweep_files

    paths = context.settings.paths
    ids = frozenset({*person.customer_ids, *person.lead_ids})
    models = [paths.home / "models", paths.mlruns]
    own = [paths.crm_db, paths.lake, paths.offline, paths.feast / "online.db", paths.erasure_key]
    whole = sweep_files([paths.home], [*own, *models], Wanted(person.traces, ids), is_dry_run=is_dry_run)
    exact = sweep_files(models, [], Wanted(person.traces, ids, is_exact=True), is_dry_run=is_dry_run)
    return Sweep(whole.changed + exact.changed, whole.removed + exact.removed, whole.unclean + exact.unclean)


def _machine(done: Erasure, is_dry_run: bool) -> dict[str, Any]:
    files = {name: list(map(str, found)) for name, found in vars(done.files).items()}
    return {
        "subject": done.database.subject,
        "is_dry_run": is_dry_run,
        "customer_ids": len(done.person.customer_ids),
        "lead_ids": len(done.person.lead_ids),
        "database": done.database.rows,
        "features": done.features,
        "files": files,
        "shared_with": list(done.person.shared_with),
    }


def _human(done: Erasure, is_dry_run: bool) -> str:
    rows: list[list[object]] = [["database", table, count] for table, count in done.database.rows.items()]
    rows += [["features", name, count] for name, count in done.features.items()]
    rows += [["files", word, len(found)] for word, found in vars(done.files).items() if found]
    person, verb = done.person, "Would erase" if is_dry_run else "Erased"
    told = f"{verb} {done.database.subject}: {len(person.customer_ids)} customer and {len(person.lead_ids)} lead id(s)."
    if not rows:
        return f"{told} Nothing of it was left."
    shared = ", ".join(person.shared_with)
    note = f"\nOthers with one of the numbers or addresses keep theirs: {shared}." if shared else ""
    return f"{text_table(['part', 'what', 'rows'], rows)}\n{told}{note}"
