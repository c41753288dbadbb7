"""Whom a cause concerns: the segment {dimension: value} of a finding."""

from __future__ import annotations

from monitoring.diagnosis.examination import Examination
from monitoring.diagnosis.stuck import Lift
from monitoring.diagnosis.verdict import Score

CORE = ("size_band", "region", "industry", "product")


def segment_of(seen: Examination, score: Score) -> dict[str, str]:
    """The group that the score points at; for a channel also the trait that marks its leads among the stuck.

    New reps of one team, leads of one product: a second dimension is named only where it is over-represented among the
    stuck beyond chance.
    """
    if score.cause == "integration_failure":
        system = seen.sync.figures.get("failures", {}).get("system")
        return {"source_system": str(system)} if system else {}
    if score.cause == "capacity_shortage":
        team = seen.workload.figures.get("team")
        return {"team": str(team)} if team else {}
    if score.cause == "process_breach" and score.group:
        return {score.group.trait.name: "missed"}
    if score.cause == "channel_mix_shift" and score.group:
        return {score.group.trait.name: score.group.label, **_marked(seen, {"channel", "campaign"})}
    if score.cause == "segment_misfit_price":
        return _marked(seen, {"channel", "campaign"}) or _named(score)
    return _named(score)


def marked_by(seen: Examination) -> Lift | None:
    """The core trait most over-represented among the stuck."""
    single = [lift for lift in seen.lifts if len(lift.segment) == 1 and next(iter(lift.segment)) in CORE]
    return next(iter(single), None)


def _marked(seen: Examination, apart_from: set[str]) -> dict[str, str]:
    lift = marked_by(seen)
    return {} if lift is None or set(lift.segment) & apart_from else dict(lift.segment)


def _named(score: Score) -> dict[str, str]:
    return {score.group.trait.name: score.group.label} if score.group and score.value > 0 else {}
