"""Command diagnose: from the alarms of the funnel to their causes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from funnelcast.context import Context
from funnelcast.options import AsOf, Json

if TYPE_CHECKING:
    from configs.sections import Funnel
    from monitoring.diagnosis.diagnosis import Diagnosis

Stage = Annotated[str | None, typer.Option(help="Look into this stage alone, alarm or not. Default: what alarms.")]
Days = Annotated[int, typer.Option(min=7, help="Length of the window that is compared with those before it.")]


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("diagnose", epilog="Example: funnelcast diagnose --stage technical_exchange --days 30")(diagnose)


def diagnose(stage: Stage = None, days: Days = 30, as_of: AsOf = None, is_json: Json = False) -> None:
    """Why a stage piles up or converts worse: cause, confidence, evidence, actions; recorded as findings."""
    context = Context.of(as_of, is_json)
    found = diagnose_now(context, days, stage)
    context.answer(found.to_json(), in_words(found, context.settings.funnel))


def diagnose_now(context: Context, days: int = 30, stage: str | None = None) -> Diagnosis:
    """Diagnose at the context's moment and record the findings."""
    from crm_core.findings import record_findings
    from monitoring.diagnosis.diagnosis import diagnose as find
    from monitoring.diagnosis.facts import load_case_facts

    _ = context.engine  # without a state there is nothing to diagnose
    context.progress.say("Reading leads, stage events, activities and orders.")
    facts = load_case_facts(context.settings, context.as_of)
    found = find(facts, context.settings, context.as_of, days, stage, context.progress)
    record_findings(context.engine, [*(alarm.to_finding(context.as_of) for alarm in found.alarms), *found.findings()])
    return found


def in_words(found: Diagnosis, funnel: Funnel) -> str:
    """The story for people: alarms, then each cause with its actions, in both languages."""
    if not found.alarms and not found.causes:
        return "No alarm, nothing to diagnose. 无预警，无需诊断。"
    lines = [f"[{alarm.rule}] since {alarm.since:%Y-%m-%d}: {alarm.en}\n  {alarm.zh}" for alarm in found.alarms]
    stages = {stage.name: stage for stage in funnel.stages}
    for place, cause in enumerate(found.causes, 1):
        stage = stages[cause.stage]
        lines += ["", f"{place}. {stage.en}. {cause.text.en}", f"   {stage.zh}。{cause.text.zh}"]
        lines += [f"   - {action.en}\n     {action.zh}" for action in cause.actions]
    return "\n".join(lines)
