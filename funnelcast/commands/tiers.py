"""Commands tiers run, show and due: RFM tiers and whom to get in touch with."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from funnelcast.context import Context
from funnelcast.options import AsOf, Json
from funnelcast.tables import text_table

if TYPE_CHECKING:
    from crm_core.rfm.due import DueContact
    from crm_core.rfm.history import TierMove
    from crm_core.rfm.retier import Retiering

Limit = Annotated[int, typer.Option(min=1, help="Rows shown to people; --json has all.")]


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    room = typer.Typer(help="RFM tiers: move, show, and who is due for contact.", no_args_is_help=True)
    room.command("run", epilog="Example: funnelcast tiers run --as-of 2024-03-01")(run)
    room.command("show", epilog="Example: funnelcast tiers show C00042")(show)
    room.command("due", epilog="Example: funnelcast tiers due --limit 50")(due)
    app.add_typer(room, name="tiers")


def run(as_of: AsOf = None, is_json: Json = False) -> None:
    """Move every customer to the tier that its orders give; the same again changes nothing."""
    from crm_core.rfm.retier import retier

    context = Context.of(as_of, is_json)
    result = retier(context.engine, context.settings, context.as_of)
    moves = [{"from": old, "to": new, "customers": count} for (old, new), count in sorted(_words(result).items())]
    context.answer({**asdict(result), "moves": moves}, _run_in_words(result))


def show(
    customer_id: Annotated[str, typer.Argument(help="Customer to show.")], as_of: AsOf = None, is_json: Json = False
) -> None:
    """Show how a customer came to its tier, and what the tier entitles it to."""
    from crm_core.rfm.history import tier_history

    context = Context.of(as_of, is_json)
    moves = tier_history(context.engine, customer_id, context.as_of)
    service = getattr(context.settings.service_plan, moves[-1].tier) if moves else None
    plan = service.model_dump() if service else None
    lines = [f"{one['zh']} {one['en']}" for one in plan["entitlements"]] if plan else []
    human = f"{_history_in_words(moves)}\nEntitled to: {'; '.join(lines)}" if moves else f"{customer_id} has no tier."
    context.answer({"customer_id": customer_id, "moves": [asdict(move) for move in moves], "service": plan}, human)


def due(limit: Limit = 20, as_of: AsOf = None, is_json: Json = False) -> None:
    """List the customers due for contact by the service plan of their tier, highest tier first."""
    from crm_core.rfm.due import due_contacts

    context = Context.of(as_of, is_json)
    found = due_contacts(context.engine, context.settings, context.as_of)
    context.answer({"due": [asdict(one) for one in found]}, _due_in_words(found, limit))


def _words(result: Retiering) -> dict[tuple[str, str], int]:
    return {(old or "", new): count for (old, new), count in result.moves.items()}


def _run_in_words(result: Retiering) -> str:
    from crm_core.rfm.rule import TIER_NAMES

    mean = "unknown" if result.mean_monetary_cents is None else f"{result.mean_monetary_cents / 100:,.2f}"
    moment, version = result.as_of.isoformat(), result.rule_version
    head = f"{result.customers:,} customers as of {moment}, mean M {mean}, rule {version}."
    tiers = text_table(["tier", "", "customers"], [[*TIER_NAMES[tier], n] for tier, n in result.per_tier.items()])
    moves = [[old or "(new)", new, count] for (old, new), count in sorted(_words(result).items())]
    return f"{head}\n{tiers}\n" + (text_table(["from", "to", "moved"], moves) if moves else "Nobody moved.")


def _history_in_words(moves: list[TierMove]) -> str:
    header = ["since", "tier", "R days", "F", "M", "mean M", "rule"]
    rows = [
        [
            move.since.date(), move.tier, None if move.recency_days is None else round(move.recency_days, 1),
            move.frequency, move.monetary_cents / 100,
            None if move.mean_monetary_cents is None else round(move.mean_monetary_cents / 100, 2), move.rule_version,
        ]
        for move in moves
    ]  # fmt: skip
    return text_table(header, rows)


def _due_in_words(found: list[DueContact], limit: int) -> str:
    if not found:
        return "Nobody is due for contact."
    rows = [
        [
            one.customer_id,
            one.tier,
            one.last_contact_at.date() if one.last_contact_at else "never",
            one.due_on,
            one.late_days,
            ", ".join(f"{means}*" if means in one.means.unasked else means for means in one.means.proposed)
            or "nothing",
            ", ".join(one.means.refused),
        ]
        for one in found[:limit]
    ]
    table = text_table(["customer", "tier", "last contact", "due", "days late", "contact by", "no consent to"], rows)
    count_barred = sum(not one.means.proposed for one in found)
    barred = f"; {count_barred:,} of them, last in the list, may not be contacted by any means" if count_barred else ""
    is_noted = any(one.means.unasked and one.means.proposed for one in found[:limit])
    note = "\n* no word of consent or refusal is on record (service_plan.consent.unasked)" if is_noted else ""
    return f"{len(found):,} customers are due for contact{barred}.\n{table}{note}"
