"""The diagnosis at a moment: alarms, and causes with confidence, evidence, segment and actions, most likely first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from configs.progress import SILENT, Progress
from configs.settings import Settings
from crm_core.findings import Finding
from crm_core.funnel import Alarm
from monitoring.diagnosis.actions import actions
from monitoring.diagnosis.anomalies import anomalies, growths, quiet_anomalies, raised
from monitoring.diagnosis.evidence import evidence, plain, summary
from monitoring.diagnosis.examination import Examination, examine, prepare
from monitoring.diagnosis.facts import CaseFacts
from monitoring.diagnosis.segments import segment_of
from monitoring.diagnosis.trait_names import TraitNames
from monitoring.diagnosis.verdict import Score, confidences, pooled, scores
from monitoring.texts import Text


@dataclass(frozen=True)
class Cause:
    """One finding: a cause at a stage, how sure (0..1), why, whom it concerns, what to do."""

    stage: str
    cause: str
    confidence: float
    evidence: dict[str, Any]
    segment: dict[str, str]
    actions: list[Text]
    text: Text

    def to_json(self) -> dict[str, Any]:
        """The contract's form."""
        return {
            "stage": self.stage,
            "cause": self.cause,
            "confidence": round(self.confidence, 4),
            "evidence": plain(self.evidence),
            "segment": self.segment,
            "actions": [action.to_json() for action in self.actions],
        }

    def to_finding(self, as_of: datetime) -> Finding:
        """The cause as a record."""
        return Finding(f"diagnosis.{self.cause}", self.stage, self.to_json(), as_of, self.text.en, self.text.zh)


@dataclass(frozen=True)
class Diagnosis:
    """What `diagnose` answers. Without an alarm, and without a stage that was asked for, only a cause that is all but
    certain is told.
    """

    as_of: datetime
    days: int
    alarms: list[Alarm]
    causes: list[Cause]

    def to_json(self) -> dict[str, Any]:
        """The contract's form."""
        told = [
            {
                "rule": alarm.rule, "stage": alarm.stage, "from": alarm.from_, "to": alarm.to, "change": alarm.change,
                "since": alarm.since.isoformat(),
            }
            for alarm in self.alarms
        ]  # fmt: skip
        return {"alarms": plain(told), "findings": [cause.to_json() for cause in self.causes]}

    def findings(self) -> list[Finding]:
        """The causes as records."""
        return [cause.to_finding(self.as_of) for cause in self.causes]


def diagnose(
    facts: CaseFacts,
    settings: Settings,
    as_of: datetime,
    days: int = 30,
    stage: str | None = None,
    progress: Progress = SILENT,
) -> Diagnosis:
    """Follow every anomaly from its alarm to its cause.

    Raises
    ------
    UnknownStageError: the funnel has no such stage.
    ValueError: the facts are those of another moment.
    """
    told = raised(facts, settings, as_of, days, stage)
    found = anomalies(facts, told, days, settings, stage)
    is_quiet = not found
    found = found or quiet_anomalies(facts, days, settings)
    if not found:
        return Diagnosis(as_of, days, told, [])
    known = prepare(facts, days, settings)
    seen = []
    for cases, then in found:
        progress.say(f"Looking into {cases.stage}: {int((cases.is_now & cases.is_stuck).sum())} leads are stuck.")
        seen.append(examine(facts, known, cases, then, settings))
    if not is_quiet:
        return Diagnosis(as_of, days, told, _causes(seen, facts, settings))
    each = [causes for one in seen if _is_certain(causes := _causes([one], facts, settings), one, settings)]
    # The growth of a stock that few leads alone could not prove is told where a cause is certain.
    grown = [alarm for alarm in growths(facts, settings) if stage in (None, alarm.stage)] if each else []
    stages = {alarm.stage for alarm in grown}
    causes = max(each, key=lambda causes: (causes[0].stage in stages, causes[0].confidence), default=[])
    return Diagnosis(as_of, days, [*told, *grown], causes)


def _is_certain(causes: list[Cause], seen: Examination, settings: Settings) -> bool:
    """Whether a cause is clear enough to be told though nothing alarms; a season is news only where it is marked."""
    first, rules = causes[0], settings.diagnosis
    if first.cause == "seasonality" and seen.severity < rules.quiet_season_z:
        return False
    return first.cause != "unknown" and first.confidence >= rules.quiet_confidence


def _causes(seen: list[Examination], facts: CaseFacts, settings: Settings) -> list[Cause]:
    rules = settings.diagnosis
    scored = [scores(one, rules) for one in seen]
    too_few = all(one.cases.is_now.sum() < rules.min_stuck for one in seen)
    values = pooled(scored, [one.severity for one in seen])
    if too_few:
        values = {name: rules.unknown_score if name == "unknown" else 0.0 for name in values}
    sure = confidences(values, rules)
    ordered = sorted(sure, key=lambda name: (-sure[name], name))
    kept = [name for name in ordered if sure[name] >= rules.min_confidence] or ordered[:1]
    return [_cause(name, sure, seen, scored, facts) for name in kept]


def _cause(
    name: str, sure: dict[str, float], seen: list[Examination], scored: list[dict[str, Score]], facts: CaseFacts
) -> Cause:
    """The cause at the stage where it speaks most clearly."""
    weighed = [one[name].value * look.severity for one, look in zip(scored, seen, strict=True)]
    best = weighed.index(max(weighed))
    look, score = seen[best], scored[best][name]
    segment = segment_of(look, score)
    figures, names = evidence(look, score, segment, sure), TraitNames.of(facts)
    return Cause(
        look.cases.stage, name, sure[name], figures, segment,
        actions(look, score, segment, names), summary(look, score, sure[name], names),
    )  # fmt: skip
