"""Command review: the proposals of the review packs, and what was decided about them."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from funnelcast.context import Context
from funnelcast.options import AsOf, Json
from funnelcast.tables import text_table

if TYPE_CHECKING:
    from crm_core.findings import Finding
    from monitoring.review.pack import ReviewPack
    from monitoring.review.period import Period
    from monitoring.review.proposals import Proposal

Month = Annotated[str | None, typer.Option("--period", help="Month like 2026-06. Default: the last that has a pack.")]


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    room = typer.Typer(no_args_is_help=True, help="Proposed changes of funnel nodes, and what was decided about them.")
    room.command("list", epilog="Example: funnelcast review list --period 2026-06")(list_proposals)
    room.command("decide", epilog="Example: funnelcast review decide 2026-06:captured:dwell accepted --by li.na")(
        decide
    )
    app.add_typer(room, name="review")


def list_proposals(period: Month = None, as_of: AsOf = None, is_json: Json = False) -> None:
    """The proposals of a month's pack, with the last decision."""
    context = Context.of(as_of, is_json)
    found = _recorded(context, period)
    rows = [[one.proposal_id, one.status, one.why.en] for one in found]
    words = text_table(["proposal", "status", "why"], rows) if rows else "No pack proposed anything for that month."
    context.answer({"proposals": [one.to_json() for one in found]}, words)


def decide(
    proposal: Annotated[str, typer.Argument(help="As `funnelcast review list` names it.")],
    decision: Annotated[str, typer.Argument(help="accepted, rejected or done.")],
    by: Annotated[str | None, typer.Option(help="Who decided. Default: the user of this machine.")] = None,
    note: Annotated[str, typer.Option(help="Why, in a sentence.")] = "",
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """Record a decision; the pack of the next month tells it beside what became of the figure."""
    from crm_core.findings import record_findings
    from monitoring.review.decisions import decide as decided

    context = Context.of(as_of, is_json)
    known = _recorded(context, proposal.split(":")[0])
    finding = decided(known, proposal, decision, context.as_of, by or getpass.getuser(), note)
    record_findings(context.engine, [finding])
    context.answer({"proposal": proposal, **finding.figures}, f"{finding.en} {finding.zh}")


def write_review(context: Context, out: Path, period: str | None = None) -> ReviewPack:
    """Write the pack of a month (None: the last) as known at the context's moment, and record its proposals."""
    from crm_core.findings import record_findings
    from crm_core.funnel import load_facts
    from funnelcast.commands.watching import won_money
    from monitoring.channel_quality import channel_quality
    from monitoring.diagnosis.facts import load_case_facts
    from monitoring.review.facts import ReviewFacts
    from monitoring.review.pack import write_pack

    month = _period(context, period)
    context.progress.say(f"Reviewing {month.name}.")
    facts = ReviewFacts(
        load_facts(context.engine, context.settings, context.as_of), _findings(context, month),
        channel_quality(load_case_facts(context.settings, context.as_of), context.settings),
        won_money(context), context.settings,
    )  # fmt: skip
    pack = write_pack(facts, month, context.settings.paths.home, out, context.progress)
    record_findings(context.engine, [one.to_finding(context.as_of) for one in pack.proposals])
    return pack


def _period(context: Context, name: str | None) -> Period:
    from monitoring.review.period import Period

    rules, zone = context.settings.monitoring.review, ZoneInfo(context.settings.intake.timezone)
    return Period.of(name, context.as_of, zone, rules.grace_days)


def _findings(context: Context, month: Period) -> list[Finding]:
    from crm_core.findings import read_findings
    from monitoring.review.figures import look_back

    return read_findings(context.engine, *look_back(month, context.as_of))


def _recorded(context: Context, name: str | None) -> list[Proposal]:
    from monitoring.review.decisions import recorded

    month = _period(context, name)
    return recorded(_findings(context, month), month.name)
