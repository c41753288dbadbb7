"""What people decide about a proposal, and what became of those of the period before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from crm_core.findings import Finding
from monitoring.errors import ProposalError
from monitoring.review.facts import ReviewFacts, bounds, bounds_before
from monitoring.review.measures import Measured, Verdict, compared, measured
from monitoring.review.period import Period
from monitoring.review.proposals import PROPOSAL, Proposal

DECISION = "review.decision"
Decision = Literal["accepted", "rejected", "done"]
_ZH: dict[str, str] = {"accepted": "采纳", "rejected": "否决", "done": "完成"}


@dataclass(frozen=True)
class Outcome:
    """A proposal of the period before, and its figure then and now; that it made the change is not claimed."""

    proposal: Proposal
    before: Measured
    now: Measured
    verdict: Verdict

    def to_json(self) -> dict[str, Any]:
        """The proposal, both figures and the verdict."""
        figures = {"before": self.before.to_json(), "now": self.now.to_json(), "verdict": self.verdict}
        return {**self.proposal.to_json(), **figures}


def decide(
    known: Sequence[Proposal], proposal_id: str, decision: str, at: datetime, by: str, note: str = ""
) -> Finding:
    """A decision about a recorded proposal, as a finding to record.

    Raises
    ------
    ProposalError: there is no such proposal, or no such decision.
    """
    if decision not in get_args(Decision):
        raise ProposalError(f"A decision must be one of {', '.join(get_args(Decision))}, but got {decision!r}.")
    if all(one.proposal_id != proposal_id for one in known):
        there = ", ".join(one.proposal_id for one in known) or "none at all"
        raise ProposalError(f"A proposal must be one of those recorded ({there}), but got {proposal_id!r}.")
    figures = {"decision": decision, "by": by, "note": note}
    return Finding(
        DECISION, proposal_id, figures, at, f"{by} {decision} {proposal_id}.", f"{by}{_ZH[decision]}{proposal_id}。"
    )


def decisions_of(findings: Iterable[Finding]) -> dict[str, list[dict[str, Any]]]:
    """By proposal what was decided, oldest first."""
    told: dict[str, list[dict[str, Any]]] = {}
    for one in sorted((one for one in findings if one.rule == DECISION), key=lambda one: one.found_at):
        told.setdefault(one.subject, []).append({**one.figures, "at": one.found_at.isoformat()})
    return told


def recorded(findings: Sequence[Finding], period_name: str) -> list[Proposal]:
    """The proposals of a period as its newest pack had them, each with what was decided; empty without a pack."""
    kept = [one for one in findings if one.rule == PROPOSAL and one.figures["period"] == period_name]
    last = max((one.found_at for one in kept), default=None)
    told = decisions_of(findings)
    return [Proposal.of(one, told.get(one.subject, [])) for one in kept if one.found_at == last]


def outcomes(facts: ReviewFacts, period: Period) -> list[Outcome]:
    """What became of the proposals of the period before; empty where it had none, or no pack."""
    rules, found = facts.settings.monitoring.review, []
    for one in recorded(facts.findings, period.before_name):
        before, now = (measured(facts, one.measure, inside) for inside in (bounds_before(period), bounds(period)))
        found.append(Outcome(one, before, now, compared(before, now, one.measure, rules.alpha, rules.min_rows)))
    return found
