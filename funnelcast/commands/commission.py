"""Commands of commission: bring the ledger to what is due, show a statement, record what was agreed, check."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from funnelcast.context import Context
from funnelcast.errors import CommandError
from funnelcast.options import AsOf, Json
from funnelcast.tables import text_table

if TYPE_CHECKING:
    from crm_core.commission.check import LedgerCheck
    from crm_core.commission.progress import Progress
    from crm_core.commission.run import CommissionRun
    from crm_core.commission.statement import Entry, Statement


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    room = typer.Typer(help="Commission: accrue, show, agree, check.", no_args_is_help=True)
    for function, example in (
        (run, "run --as-of 2024-06-01"),
        (statement, "statement --rep R001 --period 2024-05"),
        (share, "share O000042 R001=6000 R002=4000"),
        (mentor, "mentor R002 R001 --from 2024-01-01"),
        (check, "check"),
    ):
        room.command(epilog=f"Example: funnelcast commission {example}")(function)
    app.add_typer(room, name="commission")


def run(as_of: AsOf = None, is_json: Json = False) -> None:
    """Book the difference between what is due and what is booked; the same again books nothing."""
    from crm_core.commission.run import run_commission

    context = Context.of(as_of, is_json)
    done = run_commission(context.engine, context.settings, context.as_of)
    context.answer(asdict(done), _run_in_words(done))


def statement(
    rep: Annotated[str, typer.Option(help="Id of the rep.")],
    period: Annotated[str, typer.Option(help="YYYY-MM.")],
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """Show a rep's month: progress, and every entry with rule, plan, order, payment and arithmetic."""
    from crm_core.commission.agreements import is_known_rep
    from crm_core.commission.statement import commission_statement
    from crm_core.database import read_transaction

    context = Context.of(as_of, is_json)
    found = commission_statement(context.engine, context.settings, rep, period, context.as_of)
    if not found.entries and not any(one.received_cents for one in found.progress):
        with read_transaction(context.engine) as connection:
            if not is_known_rep(connection, rep, context.as_of):
                raise CommandError(f"A rep must be known or have an entry in the month, but got {rep!r}.")
    context.answer(asdict(found), _statement_in_words(found, ZoneInfo(context.settings.intake.timezone)))


def share(
    order: Annotated[str, typer.Argument(help="Id of the order.")],
    shares: Annotated[list[str], typer.Argument(metavar="REP=BP...", help="Rep and basis points; 10,000 in all.")],
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """State how reps share an order; the last statement holds, and what is booked follows at the next run."""
    from crm_core.commission.agreements import record_shares

    context = Context.of(as_of, is_json)
    told = _shares(shares)
    is_new = record_shares(context.engine, order, told, context.as_of)
    words = ", ".join(f"{rep_id} {share / 100:g} %" for rep_id, share in told.items())
    human = f"{order} is shared: {words}." if is_new else f"{order} was shared so already: {words}."
    context.answer({"order_id": order, "shares": told, "is_new": is_new}, human)


def mentor(
    rep: Annotated[str, typer.Argument(help="Id of the rep who has a mentor.")],
    mentor_rep: Annotated[str, typer.Argument(metavar="MENTOR", help="Id of the mentor.")],
    from_on: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="First day.")],
    to_on: Annotated[str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="Last day. Default: open.")] = None,
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """State who is a rep's mentor from a day on; it counts for orders of those days."""
    from crm_core.commission.agreements import record_mentor

    context = Context.of(as_of, is_json)
    first, last = _day(from_on), _day(to_on) if to_on else None
    is_new = record_mentor(context.engine, rep, mentor_rep, first, context.as_of, last)
    machine = {"rep_id": rep, "mentor_id": mentor_rep, "from_on": first, "to_on": last, "is_new": is_new}
    human = f"{mentor_rep} is the mentor of {rep} from {first}{f' to {last}' if last else ' on'}."
    context.answer(machine, human)


def check(as_of: AsOf = None, is_json: Json = False) -> None:
    """Check every journal, and hold the balances against a replay from nothing; exit 1 if they differ.

    Without --as-of the replay stands where the ledger stands.
    """
    from crm_core.commission.check import check_ledger

    context = Context.of(as_of, is_json)
    found = check_ledger(context.engine, context.settings, context.as_of if context.is_replay else None)
    context.answer({**asdict(found), "is_sound": found.is_sound}, _check_in_words(found))
    if not found.is_sound:
        raise CommandError(
            f"The ledger must follow from the facts, but has {len(found.faults)} faults and "
            f"{len(found.differences)} balances that a replay gives otherwise."
        )


def _shares(told: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in told:
        rep_id, _, share = one.rpartition("=")
        if not rep_id or not share.isdecimal() or rep_id in found:
            raise CommandError(f"A share must be written REP=BP, once per rep, such as R001=6000, but got {one!r}.")
        found[rep_id] = int(share)
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"A day must be written YYYY-MM-DD such as 2024-05-31, but got {text!r}.") from None


def _run_in_words(done: CommissionRun) -> str:
    from crm_core.commission.wording import money

    head = ", ".join(f"{count:,} {kind}" for kind, count in sorted(done.journals.items())) or "nothing new"
    rows = [
        [rule, currency, money(cents)]
        for currency, rules in sorted(done.added_cents.items())
        for rule, cents in sorted(rules.items())
    ]
    lines = [f"Booked as of {done.as_of.isoformat()}: {head}."]
    lines += [text_table(["rule", "", "added"], rows)] if rows else []
    lines += [f"Owed in all: {money(cents)} {currency}." for currency, cents in sorted(done.owed_cents.items())]
    lines += [f"{count:,} payments wait: {reason}." for reason, count in sorted(done.waiting.items())]
    return "\n".join(lines)


def _statement_in_words(found: Statement, zone: ZoneInfo) -> str:
    from crm_core.commission.wording import money

    stands_at = f"stands at {found.stands_at.isoformat()}" if found.stands_at else "is empty"
    lines = [f"{found.rep_id}, {found.period}; the ledger {stands_at}."]
    lines += [line for one in found.progress for line in _progress_in_words(one)]
    lines += [line for entry in found.entries for line in _entry_in_words(entry, zone)]
    for currency, rules in sorted(found.totals.items()):
        parts = ", ".join(f"{rule} {money(cents)}" for rule, cents in rules.items() if rule != "all")
        lines.append(f"Total {money(rules['all'])} {currency}: {parts}.")
    return "\n".join(lines if found.entries else [*lines, "No entry is booked in this month."])


def _progress_in_words(one: Progress) -> list[str]:
    from crm_core.commission.wording import money

    target = f"{money(one.target_cents)} {one.currency} ({one.target_share:.1%})"
    visits = f"{one.visits} of {one.visit_target} effective visits"
    lines = [
        f"Received {money(one.received_cents)} of {target}, {visits}, KPI score {one.kpi_score:.4f} "
        f"(plan {one.plan_version})."
    ]
    so_far = [] if one.is_over else one.bonuses
    return lines + [line for bonus in so_far for line in (f"  {bonus.rule} so far: {bonus.en}", f"  目前：{bonus.zh}")]


def _entry_in_words(entry: Entry, zone: ZoneInfo) -> list[str]:
    from crm_core.commission.wording import money

    about = " ".join(filter(None, [entry.order_id, entry.payment_id])) or entry.earned_month
    on = f" on {entry.occurred_at.astimezone(zone).date()}" if entry.occurred_at else ""
    amount = f"{money(entry.amount_cents)} {entry.currency}"
    head = f"#{entry.journal_id:<6} {amount:>18}  {entry.rule}, plan {entry.plan_version}, {entry.kind} {about}{on}"
    return [head, f"        {entry.en}", f"        {entry.zh}"]


def _check_in_words(found: LedgerCheck) -> str:
    from crm_core.commission.wording import money

    if found.as_of is None:
        return "The ledger is empty."
    rows = [[*key, money(booked), money(due)] for *key, booked, due in found.differences]
    state = "sound" if found.is_sound else "not sound"
    lines = [f"{found.count_journals:,} journals, replayed as of {found.as_of.isoformat()}: {state}.", *found.faults]
    header = ["order or month", "rep", "rule", "", "booked", "replayed"]
    return "\n".join([*lines, *([text_table(header, rows)] if rows else [])])
