"""Whether the win model should be trained anew, by which rules, and why, in both languages.

This room only proposes: training is another's, and whether a new version replaces the old one is the gate's decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Literal

from configs.sections.retraining import Retraining
from crm_core.funnel import FunnelFacts
from crm_core.funnel.facts import naive
from monitoring.familiarity import Familiarity
from monitoring.inspection import Inspection
from monitoring.live.performance import LivePerformance
from monitoring.performance_line import Reason, performance_reasons
from monitoring.sources import Model
from monitoring.texts import Text, percent, points

DAY = timedelta(days=1)


@dataclass(frozen=True)
class RetrainProposal:
    """`is_proposed` where a rule speaks and the last training is not too recent for it. `start`: who trains.

    reasons: the rules that speak, the most serious first. held_back: rules that would, but for a recent training.
    seen: what each rule looked at, beside its line, whether it speaks or not.
    """

    model: str
    start: Literal["propose", "train"]
    reasons: list[Reason]
    held_back: list[Reason]
    text: Text
    seen: list[Text]

    @property
    def is_proposed(self) -> bool:
        """Should it be trained anew?"""
        return bool(self.reasons)

    def to_json(self) -> dict[str, Any]:
        """The proposal with every reason."""
        return {
            "model": self.model,
            "is_proposed": self.is_proposed,
            "start": self.start,
            "reasons": [reason.to_json() for reason in self.reasons],
            "held_back": [reason.to_json() for reason in self.held_back],
            "seen": [text.to_json() for text in self.seen],
            **self.text.to_json(),
        }


@dataclass(frozen=True)
class Evidence:
    """What the rules look at; None where it could not be had.

    version: of the model in use. last_trained_as_of: of the newest version, promoted or not.
    """

    model: Model
    version: int
    last_trained_as_of: datetime
    inspection: Inspection
    facts: FunnelFacts
    live: LivePerformance
    familiarity: Familiarity


def propose(evidence: Evidence, rules: Retraining) -> RetrainProposal:
    """Apply every rule of the settings; pure, and it starts nothing."""
    group = evidence.live.of_version(str(evidence.version))
    found = [
        *(performance_reasons(group, evidence.model.metrics, rules.performance) if group else []),
        *drift_reasons(evidence, rules),
        *age_reasons(evidence, rules),
        *news_reasons(evidence, rules),
    ]
    # Also where the gate refused: the same outcomes would only be refused again.
    is_recent = evidence.facts.as_of - evidence.last_trained_as_of < rules.min_days_between * DAY
    reasons, held_back = ([], found) if is_recent else (found, [])
    text, seen = _headline(reasons, held_back, rules), rule_figures(evidence, rules)
    return RetrainProposal("win", rules.start, reasons, held_back, text, seen)


def rule_figures(evidence: Evidence, rules: Retraining) -> list[Text]:
    """What each rule looked at, beside its line."""
    return [
        *_score_figures(evidence.inspection, rules.drift.min_score_change),
        _region_figures(evidence.familiarity, rules.drift.min_unfamiliar_share),
        _outcome_figures(evidence, rules),
        _age_figures(evidence, rules),
    ]


def _score_figures(inspection: Inspection, line: float) -> list[Text]:
    verdict, scores = inspection.score_verdict, inspection.scores
    if verdict is None or scores is None:
        return []
    beyond = ("beyond chance", "超出随机波动") if verdict.is_drifted else ("within chance or small", "属随机波动或很小")
    change = points(scores.effect.change)
    return [
        Text(
            f"The mean win probability of new leads moved by {change} points ({beyond[0]}); it counts from "
            f"{100 * line:g} points on, beyond chance.",
            f"新线索的平均赢单概率变动 {change} 个百分点（{beyond[1]}）；"
            f"超出随机波动且达到 {100 * line:g} 个百分点才计入。",
        )
    ]


def _region_figures(odd: Familiarity, line: float) -> Text:
    share, usual = percent(odd.share), percent(odd.usual_share)
    return Text(
        f"{share} of the open leads are of a kind that the model has hardly seen; {usual} is usual, and it counts from "
        f"{100 * line:g} points above that.",
        f"{share} 的在跟线索属于模型几乎未见过的类型；通常为 {usual}，高出 {100 * line:g} 个百分点才计入。",
    )


def _outcome_figures(evidence: Evidence, rules: Retraining) -> Text:
    new, old = matured_leads(evidence.facts, evidence.last_trained_as_of, evidence.model.horizon_days)
    needed = max(rules.min_new_leads, ceil(rules.min_new_share * old))
    return Text(
        f"The outcome of {new:,} leads became known since the last training, which knew {old:,}; it counts from "
        f"{needed:,} on.",
        f"自上次训练以来有 {new:,} 条线索的结果已知，上次训练时为 {old:,} 条；达到 {needed:,} 条才计入。",
    )


def _age_figures(evidence: Evidence, rules: Retraining) -> Text:
    days = (evidence.facts.as_of - evidence.model.trained_as_of) / DAY
    return Text(
        f"The model in use was trained {days:.0f} days ago; it counts as old after {rules.max_age_days}.",
        f"在用模型训练于 {days:.0f} 天前；超过 {rules.max_age_days} 天视为过旧。",
    )


def drift_reasons(evidence: Evidence, rules: Retraining) -> list[Reason]:
    """The leads changed, and it matters: the mean score moved with confidence, or open leads left the known regions."""
    found, inspection, line = [], evidence.inspection, rules.drift
    verdict, scores = inspection.score_verdict, inspection.scores
    if scores is not None and verdict is not None and verdict.is_drifted:
        change = scores.effect.change
        if abs(change) >= line.min_score_change:
            figures = {**scores.effect.to_json(), "line": line.min_score_change}
            found.append(Reason("drift", figures, _drift_text(change, inspection)))
    odd = evidence.familiarity
    if odd.excess >= line.min_unfamiliar_share:
        figures = {"share": odd.share, "usual_share": odd.usual_share, "line": line.min_unfamiliar_share}
        text = Text(
            f"{odd.unfamiliar_leads} of {odd.open_leads} open leads ({percent(odd.share)}) are in regions the model "
            f"has hardly seen; {percent(odd.usual_share)} is usual.",
            f"{odd.open_leads} 条在跟线索中有 {odd.unfamiliar_leads} 条（{percent(odd.share)}）"
            f"处于模型几乎未见过的区域；通常为 {percent(odd.usual_share)}。",
        )
        found.append(Reason("unfamiliar", figures, text))
    return found


def _drift_text(change: float, inspection: Inspection) -> Text:
    drifted = [column.name for column in inspection.drifted if column is not inspection.score_verdict][:3]
    en = f" Drifted: {', '.join(name.en for name in drifted)}." if drifted else ""
    zh = f"发生漂移的特征：{'、'.join(name.zh for name in drifted)}。" if drifted else ""
    return Text(
        f"New leads drifted and their mean win probability moved by {points(change)} points.{en}",
        f"新线索发生漂移，平均赢单概率变动 {points(change)} 个百分点。{zh}",
    )


def age_reasons(evidence: Evidence, rules: Retraining) -> list[Reason]:
    """The model in use is old."""
    days = (evidence.facts.as_of - evidence.model.trained_as_of) / DAY
    if days <= rules.max_age_days:
        return []
    text = Text(
        f"The model in use was trained {days:.0f} days ago; the line is {rules.max_age_days}.",
        f"在用模型训练于 {days:.0f} 天前，上限为 {rules.max_age_days} 天。",
    )
    return [Reason("age", {"age_days": round(days, 1), "line": rules.max_age_days}, text)]


def news_reasons(evidence: Evidence, rules: Retraining) -> list[Reason]:
    """Many leads have matured since the last training."""
    new, old = matured_leads(evidence.facts, evidence.last_trained_as_of, evidence.model.horizon_days)
    if new < rules.min_new_leads or new < rules.min_new_share * old:
        return []
    figures = {"new_leads": new, "learnt_leads": old, "min_leads": rules.min_new_leads, "line": rules.min_new_share}
    text = Text(
        f"The outcome of {new:,} leads became known since the last training, which knew {old:,}.",
        f"自上次训练以来，有 {new:,} 条线索的结果已知；上次训练时为 {old:,} 条。",
    )
    return [Reason("new_outcomes", figures, text)]


def matured_leads(facts: FunnelFacts, trained_as_of: datetime, horizon_days: int) -> tuple[int, int]:
    """Leads whose horizon after creation passed since a training, and before it."""
    created, horizon = facts.leads["created_at"].to_numpy(), timedelta(days=horizon_days)
    known = created <= naive(facts.as_of - horizon)
    learnt = created <= naive(trained_as_of - horizon)
    return int((known & ~learnt).sum()), int((known & learnt).sum())


def _headline(reasons: list[Reason], held_back: list[Reason], rules: Retraining) -> Text:
    if reasons:
        count = len(reasons)
        start_en = "funnelcast train win" if rules.start == "propose" else "training is started by configuration"
        start_zh = "请运行 funnelcast train win" if rules.start == "propose" else "按配置自动开始训练"
        return Text(
            f"Retrain the win model ({count} {'reason' if count == 1 else 'reasons'}): {start_en}. "
            f"{reasons[0].text.en}",
            f"建议重新训练赢单模型（{count} 条理由）：{start_zh}。{reasons[0].text.zh}",
        )
    if held_back:
        return Text(
            f"No retrain yet: the last training was less than {rules.min_days_between} days ago.",
            f"暂不重新训练：距上次训练不足 {rules.min_days_between} 天。",
        )
    return Text("The win model needs no retrain.", "赢单模型无需重新训练。")
