"""Commands customers dedupe, queue, accept, reject, merge, undo, show, check: the golden record."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from funnelcast.context import Context
from funnelcast.options import AsOf, Json
from funnelcast.tables import text_table

if TYPE_CHECKING:
    from crm_core.golden_record.matches import Match

CustomerId = Annotated[str, typer.Argument(help="Any id of the customer.")]
MatchId = Annotated[str, typer.Argument(metavar="MATCH", help="A proposal's id, as `customers queue` shows it.")]
By = Annotated[str, typer.Option("--by", help="Who decides; kept with the decision.")]
Limit = Annotated[int, typer.Option(min=1, help="Rows shown to people; --json has all.")]
OPERATOR = "command line"


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    room = typer.Typer(help="One golden record per customer: find, merge, undo, check.", no_args_is_help=True)
    room.command("dedupe", epilog="Example: funnelcast customers dedupe")(dedupe)
    room.command("queue", epilog="Example: funnelcast customers queue --limit 50")(queue)
    room.command("accept", epilog="Example: funnelcast customers accept 3f9a01c2b7de --by li.na")(accept)
    room.command("reject", epilog="Example: funnelcast customers reject 3f9a01c2b7de --by li.na")(reject)
    room.command("merge", epilog="Example: funnelcast customers merge C00107 C00042 --by li.na")(merge)
    room.command("undo", epilog="Example: funnelcast customers undo 17 --by li.na")(undo)
    room.command("show", epilog="Example: funnelcast customers show C00042 --touches 10")(show)
    room.command("check", epilog="Example: funnelcast customers check")(check)
    app.add_typer(room, name="customers")


def dedupe(as_of: AsOf = None, is_json: Json = False) -> None:
    """Merge what is certain to be one firm, propose what is likely; the same again changes nothing."""
    from crm_core.golden_record.dedupe import dedupe as run

    context = Context.of(as_of, is_json)
    result = run(context.engine, context.settings, context.as_of)
    human = (
        f"{result.customers:,} customers, {result.pairs_compared:,} pairs compared by rule {result.rule_version}: "
        f"{result.merged:,} merged, {result.waiting:,} wait for a decision."
    )
    context.answer(asdict(result), human)


def queue(limit: Limit = 20, as_of: AsOf = None, is_json: Json = False) -> None:
    """List the pairs that wait for a decision, likeliest first, with what speaks for and against."""
    from crm_core.golden_record.review import review_queue

    context = Context.of(as_of, is_json)
    found = review_queue(context.engine, context.as_of)
    names = _names(context, found[:limit])
    rows = [_proposal_in_words(match, names) for match in found[:limit]]
    table = text_table(["match", "score", "customer", "", "and", "", "evidence in bits"], rows)
    human = f"Pairs that wait for a decision: {len(found):,}.\n{table}" if found else "No pair waits for a decision."
    context.answer({"waiting": [asdict(match) for match in found]}, human)


def accept(match_id: MatchId, by: By = OPERATOR, as_of: AsOf = None, is_json: Json = False) -> None:
    """Merge a proposed pair."""
    from crm_core.golden_record.review import accept as decide

    context = Context.of(as_of, is_json)
    done = decide(context.engine, context.settings, match_id, by, context.as_of)
    context.answer(asdict(done), f"{done.from_id} now stands under {done.golden_id} (merge {done.merge_id}).")


def reject(match_id: MatchId, by: By = OPERATOR, as_of: AsOf = None, is_json: Json = False) -> None:
    """Keep a proposed pair apart: it is never proposed again."""
    from crm_core.golden_record.review import reject as decide

    context = Context.of(as_of, is_json)
    match = decide(context.engine, match_id, by, context.as_of)
    context.answer(asdict(match), f"{match.left_id} and {match.right_id} stay apart and are not proposed again.")


def merge(
    from_id: CustomerId,
    into_id: Annotated[str, typer.Argument(help="The customer whose golden id stands.")],
    by: By = OPERATOR,
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """Merge two customers by hand, whether they were proposed or not."""
    from crm_core.golden_record.review import merge as decide

    context = Context.of(as_of, is_json)
    done = decide(context.engine, context.settings, from_id, into_id, by, context.as_of)
    context.answer(asdict(done), f"{done.from_id} now stands under {done.golden_id} (merge {done.merge_id}).")


def undo(
    merge_id: Annotated[int, typer.Argument(metavar="MERGE", help="Its number, as `customers show` has it.")],
    by: By = OPERATOR,
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """Undo a merge: everything stands as if it had never been. Only a person may merge the pair again."""
    from crm_core.golden_record.review import undo as decide

    context = Context.of(as_of, is_json)
    done = decide(context.engine, merge_id, by, context.as_of)
    context.answer(asdict(done), f"Merge {merge_id} is undone: {done.from_id} and {done.into_id} stand apart again.")


def show(
    customer_id: CustomerId,
    touches: Annotated[int, typer.Option(min=0, help="Newest touch points shown, of all its ids and leads.")] = 0,
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """Show the golden record of a customer: values with their source, aliases, transactions, service, touch points."""
    from crm_core.funnel import touch_points
    from crm_core.golden_record.golden_customer import golden_customer
    from funnelcast.golden_customer_words import in_words, stream_in_words

    context = Context.of(as_of, is_json)
    record = golden_customer(context.engine, context.settings, customer_id, context.as_of)
    machine, words = asdict(record), in_words(record)
    if touches:
        ids = [alias.customer_id for alias in record.aliases]
        stream = touch_points(context.engine, context.as_of, customer_ids=ids)
        machine["touch_points"] = [asdict(touch) for touch in stream[-touches:]]
        words += f"\n\n{stream_in_words(stream[-touches:], len(stream))}"
    context.answer(machine, words)


def check(limit: Limit = 20, as_of: AsOf = None, is_json: Json = False) -> None:
    """Check phone numbers, names and credit codes as entered; record and list what breaks a rule."""
    from crm_core.golden_record.fault_records import check_customers, entry_faults

    context = Context.of(as_of, is_json)
    new = check_customers(context.engine, context.settings, context.as_of)
    faults = entry_faults(context.engine, context.as_of)
    rows = [[fault.customer_id, fault.rule, fault.value, fault.en, fault.zh] for fault in faults[:limit]]
    table = text_table(["customer", "rule", "value", "", ""], rows)
    head = f"{len(faults):,} faults of entry, {new:,} of them new."
    machine = {"new": new, "faults": [{**asdict(fault), "en": fault.en, "zh": fault.zh} for fault in faults]}
    context.answer(machine, f"{head}\n{table}" if faults else head)


def _names(context: Context, matches: list[Match]) -> dict[str, str]:
    from crm_core.golden_record.entered_names import entered_names

    ids = sorted({end for match in matches for end in (match.left_id, match.right_id)})
    return entered_names(context.engine, ids, context.as_of)


def _proposal_in_words(match: Match, names: dict[str, str]) -> list[object]:
    levels, bits = match.evidence["levels"], match.evidence["bits"]
    parts = [f"{field} {levels.get(field, '')}".strip() + f" {figure:+g}" for field, figure in bits.items()]
    left, right = match.left_id, match.right_id
    return [match.match_id, match.score, left, names.get(left), right, names.get(right), ", ".join(parts)]
