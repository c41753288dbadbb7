"""Commands that watch: monitor and report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from funnelcast.commands.scores import score_leads_now
from funnelcast.context import Context
from funnelcast.options import AsOf, Json

if TYPE_CHECKING:
    from pandas import DataFrame

Out = Annotated[Path | None, typer.Option(help="Folder to write to. Default: reports/ in the state.")]


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("monitor", epilog="Example: funnelcast monitor --as-of 2024-03-01")(monitor)
    app.command("report", epilog="Example: funnelcast report --out reports/")(report)


def monitor(out: Out = None, as_of: AsOf = None, is_json: Json = False) -> None:
    """Compare the last weeks with those before: features, scores, channel mix."""
    from crm_core.findings import record_findings
    from monitoring.monitor import monitor as watch

    context = Context.of(as_of, is_json)
    result = watch(
        context.repository, context.registry, context.settings, context.as_of,
        out or context.settings.paths.reports, context.progress,
    )  # fmt: skip
    record_findings(context.engine, result.findings)
    context.answer(result.to_json(), result.in_words())


def report(out: Out = None, as_of: AsOf = None, is_json: Json = False) -> None:
    """Write the managers' report as HTML and JSON."""
    from monitoring.report import write_report

    context = Context.of(as_of, is_json)
    files = write_report(
        context.repository, context.registry, context.settings, context.as_of,
        out or context.settings.paths.reports, context.progress, _scores_if_any(context),
    )  # fmt: skip
    context.answer({"html": str(files.html), "json": str(files.json)}, f"Wrote {files.html} and {files.json}.")


def _scores_if_any(context: Context) -> DataFrame | None:
    from scoring.errors import NoModelError

    try:
        return score_leads_now(context)
    except NoModelError:
        return None  # the report says that there is no model yet
