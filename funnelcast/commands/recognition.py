"""Commands of recognition: service stars, kudos, points, learning, wall of honour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from funnelcast.context import Context
from funnelcast.options import AsOf, Json
from funnelcast.tables import text_table

if TYPE_CHECKING:
    from crm_core.recognition.honours import Proposal
    from crm_core.recognition.learning import Result
    from crm_core.recognition.stars import Star

RepId = Annotated[str, typer.Argument(help="Id of the rep.")]
By = Annotated[str, typer.Option("--by", help="Id of the rep who does it.")]
Month = Annotated[str | None, typer.Option(help="YYYY-MM. Default: the last month that is over.")]

commands = typer.Typer(no_args_is_help=True, help="Service stars, kudos, points, learning, wall of honour.")


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.add_typer(commands, name="recognition")
    for function, example in (
        (stars, "stars --month 2024-05 --award"),
        (kudos, "kudos R001 R002 --medal teamwork --reason 'Took over my demo'"),
        (redeem, "redeem R002 book_voucher"),
        (learn, "learn R002 negotiation --score 88"),
        (propose, "propose R002 --title 'Hundred visits' --story 'In one quarter' --by R001"),
        (decide, "decide hon_0123456789ab --approve --by R009"),
        (wall, "wall --open"),
        (show, "show R002"),
    ):
        commands.command(epilog=f"Example: funnelcast recognition {example}")(function)


def stars(
    month: Month = None,
    award: Annotated[bool, typer.Option("--award", help="Record the ranking and give the points, once.")] = False,
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """Rank the reps of a month by their satisfaction ratings, few ratings drawn towards what is usual."""
    from crm_core.recognition.awards import award_stars, awarded_stars
    from crm_core.recognition.months import month_before
    from crm_core.recognition.stars import star_ranking

    context = Context.of(as_of, is_json)
    engine, settings, moment = context.engine, context.settings, context.as_of
    month = month or month_before(moment, settings.intake.timezone)
    if award:
        award_stars(engine, settings, month, moment)
    awarded = awarded_stars(engine, month, moment)
    found = awarded or star_ranking(engine, settings, month, moment)
    machine = {"month": month, "is_awarded": bool(awarded), "stars": [asdict(star) for star in found]}
    context.answer(machine, _stars_in_words(month, found, is_awarded=bool(awarded)))


def kudos(
    from_rep: Annotated[str, typer.Argument(help="Id of the rep who praises.")],
    to_rep: Annotated[str, typer.Argument(help="Id of the colleague.")],
    medal: Annotated[str, typer.Option(help="Code of a medal in configs/recognition.yaml.")],
    reason: Annotated[str, typer.Option(help="What for, in a sentence.")],
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """Praise a colleague, who gets the medal and its points; each colleague once a month."""
    from crm_core.recognition.kudos import give_kudos

    context = Context.of(as_of, is_json)
    given = give_kudos(context.engine, context.settings, from_rep, to_rep, medal, reason, context.as_of)
    named = context.settings.recognition.medals[medal]
    human = f"{to_rep} has {named.zh} {named.en} (+{named.points} points) of {from_rep} for {given.month}."
    context.answer(asdict(given), human)


def redeem(
    rep_id: RepId,
    reward: Annotated[str, typer.Argument(help="Code of a reward in configs/recognition.yaml.")],
    request: Annotated[str | None, typer.Option(help="Name of this request: sent twice it spends once.")] = None,
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """Spend points on a reward; refused where the balance does not cover it."""
    from crm_core.recognition.rewards import redeem as redeem_points

    context = Context.of(as_of, is_json)
    entry = redeem_points(context.engine, context.settings, rep_id, reward, context.as_of, request)
    named = context.settings.recognition.rewards[reward]
    human = f"{rep_id} has {named.zh} {named.en} for {-entry.points} points; {entry.balance_after} are left."
    context.answer(asdict(entry), human)


def learn(
    rep_id: RepId,
    course: Annotated[str, typer.Argument(help="Code of a course in configs/recognition.yaml.")],
    score: Annotated[float, typer.Option(help="0 to 100.")],
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """Record that a rep finished a course; from its pass score on there is a certificate."""
    from crm_core.recognition.learning import record_result

    context = Context.of(as_of, is_json)
    result = record_result(context.engine, context.settings, rep_id, course, score, context.as_of)
    context.answer(asdict(result), _result_in_words(result))


def propose(
    rep_id: RepId,
    title: Annotated[str, typer.Option(help="What the rep is honoured for, in a few words.")],
    story: Annotated[str, typer.Option(help="What happened.")],
    by: By,
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """Propose a rep for the wall of honour."""
    from crm_core.recognition.honours import propose_honour

    context = Context.of(as_of, is_json)
    proposal = propose_honour(context.engine, rep_id, title, story, by, context.as_of)
    context.answer(asdict(proposal), f"{proposal.honour_id}: waits for a manager.")


def decide(
    honour_id: Annotated[str, typer.Argument(help="As `wall --open` shows it.")],
    is_approved: Annotated[bool, typer.Option("--approve/--decline", help="The decision.")],
    by: By,
    note: Annotated[str | None, typer.Option(help="Why.")] = None,
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """Approve or decline a proposal, as a manager who is neither honoured nor proposed."""
    from crm_core.recognition.honours import decide_honour

    context = Context.of(as_of, is_json)
    decided = decide_honour(
        context.engine, context.settings, honour_id, by, context.as_of, is_approved=is_approved, note=note
    )
    context.answer(asdict(decided), f"{honour_id}: {_state(decided)} by {by}.")


def wall(
    is_open: Annotated[bool, typer.Option("--open", help="Proposals that wait for a decision.")] = False,
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """Show the wall of honour, newest first."""
    from crm_core.recognition.honours import honours

    context = Context.of(as_of, is_json)
    wanted = None if is_open else True
    found = [one for one in honours(context.engine, context.as_of) if one.is_approved is wanted]
    rows = [[one.honour_id, one.rep_id, one.title, one.story, one.proposed_by, one.decided_by] for one in found]
    table = text_table(["id", "rep", "title", "story", "proposed by", "approved by"], rows)
    context.answer({"honours": [asdict(one) for one in found]}, table if found else "There is nothing on it.")


def show(rep_id: RepId, as_of: AsOf = None, is_json: Json = False) -> None:
    """Show a rep's points with every entry, medals, star months, learning and honours."""
    from crm_core.recognition.awards import star_months
    from crm_core.recognition.honours import honours
    from crm_core.recognition.kudos import medals_of
    from crm_core.recognition.learning import learning_record
    from crm_core.recognition.points import point_entries

    context = Context.of(as_of, is_json)
    engine, moment = context.engine, context.as_of
    entries, learnt = point_entries(engine, rep_id, moment), learning_record(engine, rep_id, moment)
    machine = {
        "rep_id": rep_id,
        "points": sum(entry.points for entry in entries),
        "entries": [asdict(entry) for entry in entries],
        "medals": [asdict(medal) for medal in medals_of(engine, rep_id, moment)],
        "stars": star_months(engine, rep_id, moment),
        "learning": [{**asdict(result), "is_valid": result.is_valid(moment)} for result in learnt],
        "honours": [asdict(one) for one in honours(engine, moment) if one.rep_id == rep_id and one.is_approved],
    }
    rows = [[one.occurred_at.date(), one.kind, one.what, one.source, one.points, one.rule_version] for one in entries]
    table = text_table(["on", "kind", "what", "source", "points", "rule"], rows)
    words = [f"{rep_id} has {machine['points']} points.", *([table] if entries else []), *map(_result_in_words, learnt)]
    context.answer(machine, "\n".join(words))


def _stars_in_words(month: str, found: Sequence[Star], *, is_awarded: bool) -> str:
    if not found:
        return f"Nobody was rated in {month}."
    rows = [
        [
            star.place or "-", star.rep_id, star.count_ratings, f"{star.mean_score:.2f}", f"{star.shrunk_score:.2f}",
            f"{star.low_score:.2f} to {star.high_score:.2f}",
        ]
        for star in found
    ]  # fmt: skip
    state = "awarded" if is_awarded else "not awarded"
    head = f"Service stars of {month} ({state}); usual score {found[0].usual_score:.2f}."
    return f"{head}\n{text_table(['place', 'rep', 'ratings', 'mean', 'shrunk', 'interval'], rows)}"


def _result_in_words(result: Result) -> str:
    if result.valid_until is None:
        return f"{result.course}: {result.score:g}, not passed."
    return f"{result.course}: {result.score:g}, {result.certificate_id} valid until {result.valid_until.date()}."


def _state(proposal: Proposal) -> str:
    return "approved" if proposal.is_approved else "declined"
