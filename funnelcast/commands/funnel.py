"""Commands on the funnel: funnel, milestones, breaches, alarms, playbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from funnelcast.context import Context
from funnelcast.errors import CommandError
from funnelcast.options import AsOf, Json
from funnelcast.tables import text_table

if TYPE_CHECKING:
    from pandas import DataFrame

    from crm_core.funnel import FunnelFacts

Days = Annotated[int, typer.Option(min=1, help="Length of the period in days; it is compared with as many before.")]
By = Annotated[
    str | None,
    typer.Option(
        metavar="DIMENSION",
        help="channel, region, product, campaign, team, rep, industry, size_band, an attribute of leads, or "
        "customer.ATTRIBUTE.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("funnel", epilog="Example: funnelcast funnel --by channel --days 30")(funnel)
    app.command("milestones", epilog="Example: funnelcast milestones --by team")(milestones)
    app.command("breaches", epilog="Example: funnelcast breaches --days 7")(breaches)
    app.command("alarms", epilog="Example: funnelcast alarms --as-of 2024-03-01")(alarms)
    app.command("playbook", epilog="Example: funnelcast playbook --by rep --stage needs_analysis")(playbook)


def funnel(
    by: By = None,
    days: Days = 30,
    cohort: Annotated[bool, typer.Option("--cohort", help="Follow the leads created in the period instead.")] = False,
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """Stock, inflow, outflow, conversion and dwell per stage, with the trend against the period before."""
    from datetime import timedelta

    from crm_core.funnel import cohort_figures, trend_figures

    context = Context.of(as_of, is_json)
    facts = _facts(context)
    if cohort:
        table = cohort_figures(facts, context.as_of - timedelta(days=days), context.as_of, by)
        shown = _table(table[table["leads"] > 0], facts, _COHORT_FORMS, by)
    else:
        table = trend_figures(facts, days, by)
        shown = _table(table, facts, _PERIOD_FORMS, by)
    context.answer({**_head(context, days, by), "figures": _records(table)}, f"{shown}{_unknown_note(facts)}")


def milestones(by: By = None, days: Days = 30, as_of: AsOf = None, is_json: Json = False) -> None:
    """First response in time and needs analysis done, per team, rep or any dimension, against the period before."""
    from crm_core.funnel import milestone_figures

    context = Context.of(as_of, is_json)
    facts = _facts(context)
    table = milestone_figures(facts, context.settings, days, by)
    answer = {**_head(context, days, by), "milestones": _records(table)}
    shown = _table(table, facts, _MILESTONE_FORMS, by) if len(table) else "No lead was due in either period."
    context.answer(answer, shown)


def breaches(days: Days = 30, as_of: AsOf = None, is_json: Json = False) -> None:
    """Moves between stages that are not in order (funnel.moves): which lead, from, to, when, and the rule."""
    from datetime import timedelta

    from crm_core.funnel import breaches as find
    from crm_core.funnel.facts import naive

    context = Context.of(as_of, is_json)
    found = find(_facts(context))
    found = found[found["moved_at"] > naive(context.as_of - timedelta(days=days))]
    answer = {**_head(context, days, None), "breaches": _records(found)}
    columns = ["lead_id", "rep_id", "from_stage", "to_stage", "moved_at", "rule", "reason"]
    shown = text_table(columns, _cells(found[columns]))
    context.answer(answer, shown if len(found) else f"Every move of the last {days} days was in order.")


def alarms(as_of: AsOf = None, is_json: Json = False) -> None:
    """Stocks that grow, conversions and milestones that fall, synchronisation that fails; recorded as findings."""
    from crm_core.findings import record_findings
    from crm_core.funnel import alarms as find

    context = Context.of(as_of, is_json)
    found = find(_facts(context), context.settings, context.as_of)
    record_findings(context.engine, [alarm.to_finding(context.as_of) for alarm in found])
    answer = {"as_of": context.as_of.isoformat(), "alarms": [alarm.to_json() for alarm in found]}
    lines = [f"[{alarm.rule}] since {alarm.since:%Y-%m-%d}: {alarm.en}\n  {alarm.zh}" for alarm in found]
    context.answer(answer, "\n".join(lines) or "No alarm. 无预警。")


def playbook(
    stage: Annotated[str | None, typer.Option(help="One stage: its talk track, fields and templates too.")] = None,
    by: Annotated[str, typer.Option(help="stage, rep or team.")] = "stage",
    as_of: AsOf = None,
    is_json: Json = False,
) -> None:
    """How complete the records of open leads are against the playbook; with --stage what the playbook says."""
    from crm_core.funnel import completeness_by, record_completeness

    context = Context.of(as_of, is_json)
    column = {"stage": "stage", "rep": "rep_id", "team": "team"}.get(by)
    if column is None:
        raise CommandError(f"--by must be stage, rep or team, but got {by!r}.")
    stages = context.settings.funnel.names() if stage is None else [_known(context, stage)]
    records = record_completeness(_facts(context), context.settings.playbook)
    records = records[records["stage"].isin(stages)]
    table = completeness_by(records, column)
    answer = {
        "as_of": context.as_of.isoformat(),
        "playbook": _plays(context, stages),
        "completeness": _records(table),
        "incomplete": _records(records[records["missing"] != ""]),
    }
    shown = text_table([by, *table.columns[1:]], _cells(_formed(table, _COMPLETENESS_FORMS)))
    context.answer(answer, f"{_play_words(context, stage)}{shown}" if len(table) else "No lead stands there.")


def _facts(context: Context) -> FunnelFacts:
    from crm_core.funnel import load_facts

    return load_facts(context.engine, context.settings, context.as_of)


def _known(context: Context, stage: str) -> str:
    names = [one.name for one in context.settings.funnel.stages]
    if stage not in names:
        raise CommandError(f"--stage must be one of {', '.join(names)}, but got {stage!r}.")
    return stage


def _plays(context: Context, stages: list[str]) -> dict[str, Any]:
    plays = context.settings.playbook.stages
    return {name: plays[name].model_dump() for name in stages if name in plays}


def _play_words(context: Context, stage: str | None) -> str:
    play = context.settings.playbook.stages.get(stage or "")
    if play is None:
        return ""
    lines = [f"Talk track: {play.talk_track.en}", f"话术：{play.talk_track.zh}"]
    lines += [f"Required here: {', '.join(play.required_fields) or '-'}"]
    lines += [f"Template {one.name}: {one.en} / {one.zh}" for one in play.templates]
    return "\n".join(lines) + "\n\n"


def _head(context: Context, days: int, by: str | None) -> dict[str, Any]:
    return {"as_of": context.as_of.isoformat(), "days": days, "by": by}


def _unknown_note(facts: FunnelFacts) -> str:
    if not facts.unknown_stages:
        return ""
    told = ", ".join(f"{stage} ({count})" for stage, count in facts.unknown_stages.items())
    return f"\nEvents of stages that the configuration does not have are left out: {told}."


_COUNT, _SHARE, _CHANGE, _POINTS, _NUMBER = "{:.0f}", "{:.0%}", "{:+.0%}", "{:+.1%}", "{:.1f}"
_PERIOD_FORMS = {
    "stock": _COUNT, "stock_change": _CHANGE, "inflow": _COUNT, "inflow_change": _CHANGE, "outflow": _COUNT,
    "conversion": _SHARE, "conversion_change": _POINTS, "median_dwell_days": _NUMBER, "median_age_days": _NUMBER,
}  # fmt: skip
_COHORT_FORMS = {
    "leads": _COUNT, "reached": _COUNT, "reached_share": _SHARE, "conversion": _SHARE, "standing": _COUNT,
    "median_days_to": _NUMBER,
}  # fmt: skip
_MILESTONE_FORMS = {
    "due": _COUNT, "met": _COUNT, "share": _SHARE, "low": _SHARE, "high": _SHARE, "median_hours": _NUMBER,
    "share_before": _SHARE, "target_share": _SHARE, "status": "{}",
}  # fmt: skip
_COMPLETENESS_FORMS = {"completeness": _SHARE, "complete": _SHARE}


def _table(table: DataFrame, facts: FunnelFacts, forms: dict[str, str], by: str | None) -> str:
    """The figures named in `forms`, with the stage in both languages and, where asked for, the group."""
    shown = table.copy()
    names = {stage.name: f"{stage.zh} {stage.name}" for stage in facts.funnel.stages}
    first = "stage" if "stage" in shown else "milestone"
    shown[first] = shown[first].map(lambda name: names.get(name, name))
    columns = [first, *(["group"] if by else []), *forms]
    header = [by if column == "group" and by else column for column in columns]
    return text_table(header, _cells(_formed(shown, forms)[columns]))


def _formed(table: DataFrame, forms: dict[str, str]) -> DataFrame:
    formed = table.astype(object)
    for name, form in forms.items():
        formed[name] = table[name].map(lambda value, form=form: _form(form, value)).astype(object)
    return formed


def _form(form: str, value: Any) -> object:
    """A cell; counts stay numbers, so that they stand to the right."""
    if value is None or value != value:  # noqa: PLR0124 (NaN alone is not itself)
        return None
    return int(value) if form == _COUNT else form.format(value)


def _cells(table: DataFrame) -> list[list[object]]:
    return [list(row) for row in table.itertuples(index=False)]


def _records(table: DataFrame) -> list[dict[str, Any]]:
    """One object per row, NaN as null."""
    plain = table.astype(object)
    rows = plain.where(plain.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]
