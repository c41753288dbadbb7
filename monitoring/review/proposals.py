"""Proposed changes of funnel nodes: each names its stage, why, what to change, and the figure it is to move.

They are stored as findings `review.proposal`, and what people decide about them as `review.decision`, appended and
never changed. A pack written again replaces the proposals of its period: the newest run counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crm_core.findings import Finding
from monitoring.channel_quality import ChannelQuality
from monitoring.diagnosis.evidence import NAMES
from monitoring.review.facts import ReviewFacts, bounds, bounds_before
from monitoring.review.measures import Measure, Measured, compared, measured
from monitoring.review.missing_fields import missing_fields
from monitoring.review.period import Period
from monitoring.texts import Text, percent, signed

PROPOSAL = "review.proposal"
DIAGNOSIS = "diagnosis."


@dataclass(frozen=True)
class Proposal:
    """One proposed change. `why` and `steps` are for readers; `measure` is what tells later whether it helped.

    stage: the node that is to change. kind: what the proposal came from. value: the measure in the period.
    """

    period: str
    stage: str
    kind: str
    why: Text
    steps: list[Text]
    measure: Measure
    value: float | None
    decisions: list[dict[str, Any]] = field(default_factory=list)

    @property
    def proposal_id(self) -> str:
        """Period, stage and kind: a node gets at most one proposal of a kind in a period."""
        return f"{self.period}:{self.stage}:{self.kind}"

    @property
    def status(self) -> str:
        """The last decision; open without one."""
        return str(self.decisions[-1]["decision"]) if self.decisions else "open"

    def to_json(self) -> dict[str, Any]:
        """All of it, with what was decided."""
        return {
            "proposal": self.proposal_id, "period": self.period, "stage": self.stage, "kind": self.kind,
            "why": self.why.to_json(), "steps": [one.to_json() for one in self.steps],
            "measure": vars(self.measure), "value": self.value, "status": self.status, "decisions": self.decisions,
        }  # fmt: skip

    def to_finding(self, at: datetime) -> Finding:
        """The proposal as a record."""
        return Finding(PROPOSAL, self.proposal_id, self.to_json(), at, self.why.en, self.why.zh)

    @classmethod
    def of(cls, finding: Finding, decisions: list[dict[str, Any]]) -> Proposal:
        """A recorded proposal with what was decided about it."""
        told = finding.figures
        return cls(
            told["period"], told["stage"], told["kind"], Text(**told["why"]), [Text(**one) for one in told["steps"]],
            Measure(**told["measure"]), told["value"], decisions,
        )  # fmt: skip


def propose(facts: ReviewFacts, period: Period) -> list[Proposal]:
    """The proposals of a period, in the order of the funnel; what a diagnosis names comes before what figures show."""
    found: dict[tuple[str, str], Proposal] = {}
    sources = (_from_causes, _from_milestones, _from_conversion, _from_dwell, _from_fields, _from_channels)
    for source in sources:
        for one in source(facts, period):
            found.setdefault((one.stage, one.kind), one)
    names = [stage.name for stage in facts.funnel.funnel.stages]
    place = {name: number for number, name in enumerate(names)}
    return sorted(found.values(), key=lambda one: place.get(one.stage, len(place)))


def _from_causes(facts: ReviewFacts, period: Period) -> Iterator[Proposal]:
    """The newest diagnosis of each cause at each stage that is sure enough; an unknown cause asks for no change."""
    newest: dict[tuple[str, str], Finding] = {}
    for finding in facts.found_in(period):
        if finding.rule.startswith(DIAGNOSIS) and finding.figures.get("cause") not in {"unknown", "seasonality", None}:
            newest[finding.subject, finding.figures["cause"]] = finding
    for (stage, cause), finding in newest.items():
        sure = float(finding.figures["confidence"])
        if sure < facts.settings.monitoring.review.min_confidence:
            continue
        name = NAMES.get(cause, Text(cause, cause))
        why = Text(f"Cause: {name.en} ({percent(sure)} sure).", f"原因：{name.zh}（置信度{percent(sure)}）。")
        steps = [Text(one["en"], one["zh"]) for one in finding.figures["actions"]]
        yield _proposal(facts, period, stage, cause, why, steps, Measure("conversion", stage))


def _from_milestones(facts: ReviewFacts, period: Period) -> Iterator[Proposal]:
    for one in facts.milestones:
        measure = Measure("milestone", one.name)
        now = measured(facts, measure, bounds(period))
        if one.target_share is None or now.value is None or now.rows < facts.settings.monitoring.review.min_rows:
            continue
        if now.value < one.target_share:
            why = Text(
                f"{one.en}: {percent(now.value)} of {now.rows}, target {percent(one.target_share)}.",
                f"{one.zh}：{now.rows}条中达成{percent(now.value)}，目标{percent(one.target_share)}。",
            )
            step = Text(
                "Let no lead leave this stage before the milestone is met, and show it per team every week.",
                "未达成该里程碑的线索不得离开本阶段，并按团队每周公示。",
            )
            yield _proposal(facts, period, one.stage, one.name, why, [step], measure)


def _from_conversion(facts: ReviewFacts, period: Period) -> Iterator[Proposal]:
    for stage in facts.funnel.funnel.stages:
        measure = Measure("conversion", stage.name)
        if stage.outcome is None and (pair := _worse(facts, period, measure)):
            before, now = (percent(one.value or 0.0) for one in pair)
            why = Text(f"{before} moved on the month before, {now} now.", f"上月推进率{before}，本月{now}。")
            step = Text(
                "Review the entry condition of the stage with those who work it, and read ten of the lost leads.",
                "与一线人员复核本阶段的准入条件，并抽查十条流失线索。",
            )
            yield _proposal(facts, period, stage.name, "conversion", why, [step], measure)


def _from_dwell(facts: ReviewFacts, period: Period) -> Iterator[Proposal]:
    for stage in facts.funnel.funnel.stages:
        measure = Measure("dwell", stage.name)
        if stage.outcome is None and (pair := _worse(facts, period, measure)):
            before, now = (signed(one.value or 0.0).lstrip("+") for one in pair)
            why = Text(
                f"Median stay {before} days the month before, {now} now.", f"停留中位数上月{before}天，本月{now}天。"
            )
            step = Text(
                "Give the stage a time limit after which the lead is handed on, sent back or closed.",
                "为本阶段设定停留时限，超时即移交、退回或关闭。",
            )
            yield _proposal(facts, period, stage.name, "dwell", why, [step], measure)


def _from_fields(facts: ReviewFacts, period: Period) -> Iterator[Proposal]:
    for stage, name, words, now in missing_fields(facts, bounds(period)):
        why = Text(
            f"{words.en} is filled in {percent(now.value or 0.0)} of {now.rows} new records that need it.",
            f"{now.rows}条应填记录中“{words.zh}”的填写率为{percent(now.value or 0.0)}。",
        )
        step = Text(
            f"Make {words.en} obligatory on entering this stage, in the form and in the import.",
            f"将“{words.zh}”设为进入本阶段的必填项（表单与导入均校验）。",
        )
        yield _proposal(facts, period, stage, f"field_{name}", why, [step], Measure("field", name))


def _from_channels(facts: ReviewFacts, period: Period) -> Iterator[Proposal]:
    first = facts.funnel.funnel.stages[0].name
    for one in facts.channels:
        if one.verdict == "cut":
            yield _cut(facts, period, first, one)


def _cut(facts: ReviewFacts, period: Period, stage: str, one: ChannelQuality) -> Proposal:
    step = Text(
        f"Pre-screen the leads of {one.name.en} on entry, and move its spend to the channels that are to grow.",
        f"对“{one.name.zh}”的线索在入口预筛选，并将其投入转向应加大的渠道。",
    )
    return _proposal(facts, period, stage, f"channel_{one.channel}", one.text, [step], Measure("channel", one.channel))


def _worse(facts: ReviewFacts, period: Period, measure: Measure) -> tuple[Measured, Measured] | None:
    """Both figures where the measure got worse beyond chance and by enough to matter."""
    rules = facts.settings.monitoring.review
    before, now = (measured(facts, measure, inside) for inside in (bounds_before(period), bounds(period)))
    if compared(before, now, measure, rules.alpha, rules.min_rows) != "worse":
        return None
    old, new = before.value or 0.0, now.value or 0.0
    is_small = abs(new - old) < rules.min_change * old or (measure.kind == "dwell" and new - old < rules.min_days)
    return None if is_small else (before, now)


def _proposal(
    facts: ReviewFacts, period: Period, stage: str, kind: str, why: Text, steps: list[Text], measure: Measure
) -> Proposal:
    value = measured(facts, measure, bounds(period)).value
    return Proposal(period.name, stage, kind, why, steps, measure, value)
