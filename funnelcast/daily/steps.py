"""The steps: each takes the run's context and gives its figures.

Each is a function of the stored facts and the run's moment, and safe to do again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from funnelcast.context import Context
from funnelcast.daily.drop_folder import drop_folder, import_export
from funnelcast.errors import CommandError, our_errors

Figures = dict[str, Any]
Step = Callable[[Context], Figures]


def import_exports(context: Context, exports: list[str]) -> Figures:
    """Import each export; one that is refused stays where it is and does not keep the others out.

    Raises
    ------
    CommandError: some were refused; says which, and why.
    """
    folder, done, refused = drop_folder(context), {}, []
    for name in exports:
        if not (folder / name).exists():  # imported by this run before it was killed
            continue
        try:
            done[name] = import_export(context, name)["tables"]
        except our_errors() as error:
            refused.append(f"{folder / name}: {error}")
    if refused:
        raise CommandError(f"{len(refused)} of {len(exports)} exports were refused and stay there. {' '.join(refused)}")
    return {"exports": len(exports), "tables": done}


def golden_record(context: Context) -> Figures:
    """Check what was entered, merge what is certain to be one firm, propose what is likely."""
    from crm_core.golden_record.dedupe import dedupe
    from crm_core.golden_record.fault_records import check_customers

    faults = check_customers(context.engine, context.settings, context.as_of)
    return {**asdict(dedupe(context.engine, context.settings, context.as_of)), "new_faults": faults}


def tiers(context: Context) -> Figures:
    """Move customers between RFM tiers."""
    from crm_core.rfm.retier import retier

    result = retier(context.engine, context.settings, context.as_of)
    return {"customers": result.customers, "moved": sum(result.moves.values())}


def tags(context: Context) -> Figures:
    """Give and take smart tags."""
    from crm_core.tags.retag import retag

    result = retag(context.engine, context.settings, context.as_of)
    return {"customers": result.customers, "given": result.given, "taken": result.taken}


def commission(context: Context) -> Figures:
    """Book what confirmed payments have earned."""
    from crm_core.commission.run import run_commission

    result = run_commission(context.engine, context.settings, context.as_of)
    return {"journals": sum(result.journals.values()), **{f"waiting_{why}": n for why, n in result.waiting.items()}}


def features(context: Context) -> Figures:
    """Bring lake, offline and online features up to the moment, and the stages that BI tools see."""
    from crm_core.bi.stages import keep_stages

    keep_stages(context.engine, context.settings.funnel)
    report = context.repository.build(context.as_of, context.progress)
    return {"extracted": sum(report.extracted.values()), "online": sum(report.online.values())}


def score_leads(context: Context) -> Figures:
    """Score every open lead and tell other systems what moved."""
    from funnelcast.commands.scores import score_leads_now

    return _score(context, "lead", score_leads_now)


def score_customers(context: Context) -> Figures:
    """Score every active customer and tell other systems what moved."""
    from funnelcast.commands.scores import score_customers_now

    return _score(context, "customer", score_customers_now)


def _score(context: Context, entity: str, score: Callable[[Context], Any]) -> Figures:
    from funnelcast.announce import announce_scores
    from funnelcast.commands.scores import write_scores

    scores = score(context)
    file = context.settings.paths.scores / f"{entity}s.parquet"
    write_scores(scores, file)
    return {"rows": len(scores), "told": announce_scores(context, entity, scores), "file": str(file)}


def monitor(context: Context) -> Figures:
    """Watch for drift, judge the scores given, train anew or move the level where the configuration says so."""
    from funnelcast.commands.watching import change_model, monitor_now

    result = monitor_now(context)
    changed = {name: done["en"] if done else "no" for name, done in change_model(context, result.watch).items()}
    return {"findings": len(result.findings), **changed}


def diagnose(context: Context) -> Figures:
    """Alarms of the funnel and their causes."""
    from funnelcast.commands.diagnose import diagnose_now

    found = diagnose_now(context)
    causes = [f"{cause.stage}: {cause.text.en}" for cause in found.causes]
    return {"alarms": len(found.alarms), "causes": len(causes), "first": causes[0] if causes else "none"}


def channels(context: Context) -> Figures:
    """What each channel brings and costs, for the pages."""
    from funnelcast.commands.channels import judge_channels_now

    found, _ = judge_channels_now(context)
    return {"channels": len(found), "cut": ", ".join(one.name.en for one in found if one.verdict == "cut") or "none"}


def write_back(context: Context) -> Figures:
    """Write what moved into every configured sink.

    Raises
    ------
    CommandError: a sink does not answer; the next run goes on there.
    """
    from funnelcast.commands.write_back import write_back_now

    names = [sink.name for sink in context.settings.write_back.sinks]
    reports = {name: write_back_now(context, name) for name in names}
    silent = [f"{name}: {report.silence}" for name, report in reports.items() if report.silence]
    if silent:
        raise CommandError(f"Every sink must answer, but {len(silent)} did not. {' '.join(silent)}")
    refused = sum(len(report.refused) for report in reports.values())
    return {"sinks": len(names), "written": sum(report.written for report in reports.values()), "refused": refused}


def alerts(context: Context) -> Figures:
    """Tell the configured destinations what they were not told yet.

    Raises
    ------
    CommandError: a destination cannot be reached; it is told at the next run.
    """
    from funnelcast.commands.alerts import send_alerts_now

    done = send_alerts_now(context)
    failed = [f"{one.destination}: {one.fault}" for one in done if one.status == "failed"]
    if failed:
        raise CommandError(f"Every destination must take its alerts, but {len(failed)} did not. {' '.join(failed)}")
    return {"destinations": len(done), "findings": sum(one.findings for one in done)}


def report(context: Context) -> Figures:
    """Write the managers' report and the month's review pack."""
    from funnelcast.commands.review import write_review
    from funnelcast.commands.watching import write_managers_report

    files = write_managers_report(context, context.settings.paths.reports)
    pack = write_review(context, context.settings.paths.reports)
    return {"html": str(files.html), "review": str(pack.html), "pdf": pack.pdf_refused or len(pack.pdfs)}


STEPS: dict[str, Step] = {
    "golden_record": golden_record,
    "tiers": tiers,
    "tags": tags,
    "commission": commission,
    "features": features,
    "score_leads": score_leads,
    "score_customers": score_customers,
    "monitor": monitor,
    "diagnose": diagnose,
    "channels": channels,
    "write_back": write_back,
    "alerts": alerts,
    "report": report,
}
