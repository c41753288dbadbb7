"""Commands that watch: monitor and report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from funnelcast.commands.scores import score_leads_now
from funnelcast.context import Context
from funnelcast.options import AsOf, Json

if TYPE_CHECKING:
    from pandas import DataFrame, Series

    from monitoring.live.performance import LivePerformance
    from monitoring.monitor import MonitorReport
    from monitoring.report import ReportFiles
    from monitoring.retraining import RetrainProposal
    from monitoring.watch import CrmFacts, Watch

Out = Annotated[Path | None, typer.Option(help="Folder to write to. Default: reports/ in the state.")]


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("monitor", epilog="Example: funnelcast monitor --as-of 2024-03-01")(monitor)
    app.command("report", epilog="Example: funnelcast report --out reports/")(report)


def monitor(out: Out = None, as_of: AsOf = None, is_json: Json = False) -> None:
    """Drift, effect of the mix, live performance of the scores given, and whether to train anew."""
    context = Context.of(as_of, is_json)
    result = monitor_now(context, out)
    changed = change_model(context, result.watch)
    words = "\n".join([result.in_words(), *(done["en"] for done in changed.values() if done)])
    context.answer({**result.to_json(), **changed}, words)


def monitor_now(context: Context, out: Path | None = None) -> MonitorReport:
    """Watch at the context's moment, write the files and record the findings."""
    from crm_core.findings import record_findings
    from monitoring.monitor import monitor as watch

    result = watch(
        context.repository, context.registry, context.settings, context.as_of,
        out or context.settings.paths.reports, context.progress, read_crm_facts(context),
    )  # fmt: skip
    record_findings(context.engine, result.findings)
    return result


def read_crm_facts(context: Context) -> CrmFacts:
    """What the CRM knew at the context's moment."""
    from datetime import datetime, timedelta

    from crm_core.funnel import load_facts
    from crm_core.receipts import read_given
    from monitoring.watch import CrmFacts

    since = context.as_of - timedelta(days=context.settings.monitoring.live.history_days)
    trained = [datetime.fromisoformat(row["trained_as_of"]) for row in context.registry.versions("win")]
    known = [moment for moment in trained if moment <= context.as_of]
    return CrmFacts(
        load_facts(context.engine, context.settings, context.as_of),
        read_given(context.engine, "lead", since, context.as_of),
        won_money(context),
        max(known, default=None),
    )


def won_money(context: Context) -> Series[Any]:
    """Currency units ordered per lead, known at the context's moment."""
    from crm_core.database import read_transaction
    from crm_core.funnel.versions import rows_as_of

    with read_transaction(context.engine) as connection:
        orders = rows_as_of(connection, "orders", context.as_of, ("lead_id", "amount_cents"))
    return orders.groupby("lead_id")["amount_cents"].sum() / 100


def change_model(context: Context, seen: Watch | None) -> dict[str, dict[str, Any] | None]:
    """What the configuration lets `monitor` do: `trained` anew, else `levelled`, and the churn model `paced`; None for
    what was not done.
    """
    paced = follow_customers(context)
    if seen is None or seen.proposal is None:
        return {"trained": None, "levelled": None, "paced": paced}
    trained = train_if_due(context, seen.proposal)
    is_new = trained is not None and trained["promoted"]
    return {"trained": trained, "levelled": None if is_new else level_if_better(context, seen.live), "paced": paced}


def level_if_better(context: Context, live: LivePerformance) -> dict[str, Any] | None:
    """The model in use at the level of its newest outcomes; None where it stays as it is."""
    from training.relevel import relevel

    if not _may_follow(context):
        return None
    done = relevel("win", context.registry, live.scores, context.settings, context.as_of)
    return None if done is None else done.to_json()


def follow_customers(context: Context) -> dict[str, Any] | None:
    """The churn model in use at the level of the customers active now; None where it stays as it is."""
    from training.pace_level import follow_pace

    if not _may_follow(context) or context.registry.champion_version("churn") is None:
        return None
    active = context.repository.current_frame("customers", context.as_of)
    done = follow_pace(context.registry, active, context.settings)
    return None if done is None else done.to_json()


def _may_follow(context: Context) -> bool:
    """A look at the past (`--as-of`) changes nothing of the present, unless it starts trainings as well."""
    rules = context.settings.retraining
    return rules.level == "follow" and not (context.is_replay and rules.start != "train")


def train_if_due(context: Context, proposal: RetrainProposal) -> dict[str, Any] | None:
    """Train as the proposal says, where the configuration starts it; None where nothing was started.

    A training that refuses (too few outcomes) is told, not raised: what was watched stands.
    """
    from training.errors import TrainingError
    from training.train import train

    if not proposal.is_proposed or proposal.start != "train":
        return None
    rules = context.settings.training
    try:
        report = train(
            proposal.model, context.repository, context.settings, context.as_of, trials=rules.trials,
            timeout=rules.timeout_seconds, seed=rules.seed, progress=context.progress, registry=context.registry,
        )  # fmt: skip
    except TrainingError as error:
        return {"version": None, "promoted": False, "en": f"The training was refused: {error}"}
    word = "is the new champion" if report.is_promoted else "was not promoted"
    said = f"Trained version {report.version}, which {word}: {report.gate['reason']}"
    return {"version": report.version, "promoted": report.is_promoted, "gate": report.gate, "en": said}


def report(
    out: Out = None,
    period: Annotated[
        str | None, typer.Option(help="Month of the review pack, like 2026-06. Default: the last.")
    ] = None,
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """Write the managers' report as HTML and JSON, and the month's review pack as HTML, PDF and JSON."""
    from funnelcast.commands.review import write_review

    context = Context.of(as_of, is_json)
    folder = out or context.settings.paths.reports
    pack = write_review(context, folder, period)
    files = write_managers_report(context, folder)
    context.answer(
        {"html": str(files.html), "json": str(files.json), "review": pack.to_json()},
        f"Wrote {files.html} and {files.json}.\n{pack.in_words()}",
    )


def write_managers_report(context: Context, out: Path) -> ReportFiles:
    """The managers' report at the context's moment, in the folder `out`."""
    from monitoring.report import write_report

    return write_report(
        context.repository, context.registry, context.settings, context.as_of, out, context.progress,
        _scores_if_any(context),
    )  # fmt: skip


def _scores_if_any(context: Context) -> DataFrame | None:
    from scoring.errors import NoModelError

    try:
        return score_leads_now(context)
    except NoModelError:
        return None  # the report says that there is no model yet
