"""The verdict: every cause scored by the evidence for it and against it, and how sure that makes us.

A score in 0..1 is about the share of the anomaly that the cause explains, given that its own evidence is there. What a
stronger cause explains away is taken from the weaker: stage changes that never arrived are no slow selling; a new
channel brings load, late answers and small firms with it. Confidence is the softmax of the scores over a temperature,
`unknown` among them with a constant score; both are set on generated incidents (benchmarks/diagnosis.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp

from configs.sections import Diagnosis
from monitoring.diagnosis.examination import Examination
from monitoring.diagnosis.explained import Explained
from monitoring.diagnosis.incoming import SURE, Move
from monitoring.diagnosis.look import ramp

CAUSES = (
    "channel_mix_shift", "segment_misfit_price", "capacity_shortage", "onboarding", "process_breach",
    "integration_failure", "seasonality", "unknown",
)  # fmt: skip
SEASON_FOR_ALL = 0.8  # a season is everybody's: how much a single group that explains the anomaly speaks against it
SLOW_ALONE, SLOW_AND_TOLD = 0.15, 0.45  # share of a slow-down that a shortage explains while the work did not grow
SIGN = 0.3  # strength of a sign of a shortage (load, late responses, words) that counts in full
FALLEN = 0.8  # weight of a source that lost its share: what came in its place is the nearer explanation
# cause -> the causes it explains away, and how much of them at most
_TAKES: dict[str, dict[str, float]] = {
    "integration_failure": dict.fromkeys(CAUSES[:5], 0.7) | {"seasonality": 0.5},
    "seasonality": dict.fromkeys(CAUSES[:5], 0.6),
    "channel_mix_shift": {
        "segment_misfit_price": 0.3, "capacity_shortage": 1.0, "onboarding": 0.5, "process_breach": 0.6,
    },
    "onboarding": {"capacity_shortage": 1.0, "process_breach": 0.7, "segment_misfit_price": 0.5},
    "process_breach": {"capacity_shortage": 0.8},
    "segment_misfit_price": {"capacity_shortage": 0.7, "onboarding": 0.3, "process_breach": 0.4},
}  # fmt: skip


@dataclass(frozen=True)
class Score:
    """A cause's score on one examination, with the group it points at."""

    cause: str
    value: float
    group: Explained | None = None
    move: Move | None = None
    parts: dict[str, float] = field(default_factory=dict)


def scores(seen: Examination, rules: Diagnosis) -> dict[str, Score]:
    """Every cause's score on one examination, after explaining away."""
    raw = [_mix(seen, rules), _price(seen), _capacity(seen), _onboarding(seen), _process(seen)]
    raw += [Score("integration_failure", seen.sync.strength), Score("seasonality", seen.season.strength)]
    found = {score.cause: score for score in raw}
    left = {name: score.value for name, score in found.items()}
    segment = found["segment_misfit_price"].parts["explained"]
    left["seasonality"] *= 1 - SEASON_FOR_ALL * max(left["channel_mix_shift"], left["onboarding"], segment)
    for taker, taken in _TAKES.items():
        for name, most in taken.items():
            left[name] *= 1 - most * left[taker]
    told = {name: Score(name, left[name], one.group, one.move, one.parts) for name, one in found.items()}
    return {**told, "unknown": Score("unknown", rules.unknown_score)}


def confidences(values: dict[str, float], rules: Diagnosis) -> dict[str, float]:
    """Softmax of the scores over the temperature; sums to 1."""
    weights = {name: exp(value / rules.temperature) for name, value in values.items()}
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def pooled(found: Sequence[dict[str, Score]], severities: Sequence[float]) -> dict[str, float]:
    """One score per cause over all anomalies of one incident, weighted by their severity."""
    total = sum(severities)
    return {
        cause: sum(one[cause].value * weight for one, weight in zip(found, severities, strict=True)) / total
        for cause in CAUSES
    }


def _mix(seen: Examination, rules: Diagnosis) -> Score:
    """A channel or campaign whose share of the new leads moved, and that explains the anomaly."""
    best = Score("channel_mix_shift", 0.0)
    for group in seen.strongest("source"):
        move = seen.move(group.trait.name, group.label)
        moved = move.strength(rules.share_move, rules.alpha) if move else 0.0
        explained = group.strength + (group.share - group.strength) * _is_plain(move, rules)
        value = explained * moved * (FALLEN if move and move.change < 0 else 1.0)
        if value > best.value + (0.1 if group.trait.name == "campaign" else 0.0):
            best = Score("channel_mix_shift", value, group, move, {"explained": explained, "moved": moved})
    return best


def _is_plain(move: Move | None, rules: Diagnosis) -> float:
    """0..1: whether a source grew so much, and so surely, that the estimate of what it explains needs no caution."""
    if move is None or move.p_value >= SURE or move.change < 0:
        return 0.0
    return ramp(move.change, 2.5 * rules.share_move, rules.share_move)


def _price(seen: Examination) -> Score:
    """Stuck leads that speak of money or have too little of it, in a segment that explains the anomaly."""
    words, means = seen.said.strength("affordability"), seen.means.strength
    evidence = 1 - (1 - 0.9 * words) * (1 - 0.9 * means)
    group = next(iter(seen.strongest("segment")), None)
    explained = group.strength if group else 0.0
    value = max(evidence * (0.6 + 0.4 * explained), 0.35 * explained)
    return Score("segment_misfit_price", value, group, None, {"words": words, "means": means, "explained": explained})


def _capacity(seen: Examination) -> Score:
    """Everything is slower, and there is more work for those who do it.

    Fewer exits alone may be lost interest, longer waits alone the end of a backlog, more work alone growth: two of the
    three must agree. Fewer exits and more work do not where those who move on surely wait no longer. Slowness proves
    no shortage where the work was measured and nothing else tells of one: no growth, no later responses, no words.
    """
    load, waiting = seen.workload.strength, seen.said.strength("waiting")
    pace, waits = seen.pace.strength, seen.waits.strength
    queue = load * (1 - seen.waits.figures.get("surely_not", 0.0))
    slow = max(pace * max(queue, waits), waits * load, 0.9 * seen.response.strength)
    told = ramp(max(load, seen.response.strength, waiting), SIGN) if seen.workload.figures else 1.0
    base = SLOW_ALONE + (SLOW_AND_TOLD - SLOW_ALONE) * told
    value = min(1.0, slow * (base + (1 - base) * load) + 0.1 * load + 0.25 * waiting)
    return Score("capacity_shortage", value, None, None, {"slow": slow, "load": load, "waiting": waiting, "told": told})


def _onboarding(seen: Examination) -> Score:
    """New reps, whose leads explain the anomaly."""
    group = next((one for one in seen.explained if one.trait.name == "rep_tenure"), None)
    explained = group.strength if group else 0.0
    words = seen.said.strength("unfamiliar")
    value = min(1.0, explained + 0.2 * words * ramp(explained, 0.3))
    return Score("onboarding", value, group, None, {"explained": explained, "words": words})


def _process(seen: Examination) -> Score:
    """Leads that missed a milestone more often than before, and that explain the anomaly."""
    load = seen.workload.strength
    best = Score("process_breach", 0.0)
    for group in seen.strongest("process"):
        if group.label == "missed":
            before, now = group.cases_before / max(_cases(seen, False), 1), group.cases_now / max(_cases(seen, True), 1)
            more = ramp(now - before, 0.15, 0.03)
            value = group.strength * more * (1 - 0.7 * load)
            if value > best.value:
                best = Score("process_breach", value, group, None, {"explained": group.strength, "more": more})
    return best


def _cases(seen: Examination, is_now: bool) -> int:
    return int((seen.cases.is_now == is_now).sum())
