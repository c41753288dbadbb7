"""Who may become champion: paired bootstrap of the log loss on the same newest rows.

A candidate must beat the simplest baseline with confidence, must not be worse than any other rival with confidence,
and its probabilities must not be far off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from configs.sections import Gate
from training.bootstrap import paired_differences

Floats = NDArray[np.float64]
CHAMPION = "champion"


@dataclass(frozen=True)
class Comparison:
    """Candidate minus rival in mean log loss; below 0 the candidate is better. low, high: interval at the gate's
    confidence.

    share_better: share of bootstrap samples in which the candidate has the lower loss.
    """

    rival: str
    difference: float
    low: float
    high: float
    share_better: float
    share_worse: float

    def to_json(self) -> dict[str, float]:
        """Rounded figures of a report."""
        return {name: round(float(getattr(self, name)), 6) for name in ("difference", "low", "high", "share_better")}


@dataclass(frozen=True)
class Verdict:
    """Whether the candidate becomes champion, and why, in words."""

    is_promoted: bool
    reason: str
    comparisons: tuple[Comparison, ...]

    def to_json(self) -> dict[str, Any]:
        """The `gate` part of a training report."""
        rivals = {comparison.rival: comparison.to_json() for comparison in self.comparisons}
        return {"passed": self.is_promoted, "reason": self.reason, "against": rivals}


def judge(
    losses: Mapping[str, Floats],
    w: Floats,
    entity: NDArray[np.int_],
    ece: float,
    settings: Gate,
    seed: int,
    note: str = "",
) -> Verdict:
    """The verdict. losses: [n] log loss per row; first the candidate, second the simplest baseline, then other rivals.

    ece: the candidate's calibration error. note: a further sentence, such as why there was no champion to compare with.
    """
    comparisons = compare(losses, w, entity, settings, seed)
    faults = [_fault(comparison, settings, is_simplest=i == 0) for i, comparison in enumerate(comparisons)]
    if ece > settings.max_ece:
        faults.append(f"its calibration error {ece:.3f} is above the limit {settings.max_ece}")
    found = [fault for fault in faults if fault]
    reason = f"Refused: {'; '.join(found)}." if found else _praise(comparisons)
    return Verdict(not found, f"{reason} {note}".strip(), tuple(comparisons))


def compare(
    losses: Mapping[str, Floats], w: Floats, entity: NDArray[np.int_], settings: Gate, seed: int
) -> list[Comparison]:
    """The candidate, first of `losses`, against each other on the same rows."""
    names = list(losses)
    differences = paired_differences(np.stack(list(losses.values())), w, entity, settings.bootstrap_samples, seed)
    tail = (1 - settings.confidence) / 2
    result = []
    for name, sample in zip(names[1:], differences, strict=True):
        low, high = np.quantile(sample, [tail, 1 - tail])
        point = float(np.average(losses[names[0]] - losses[name], weights=w))
        better, worse = float(np.mean(sample < 0)), float(np.mean(sample > 0))
        result.append(Comparison(name, point, float(low), float(high), better, worse))
    return result


def _fault(comparison: Comparison, settings: Gate, *, is_simplest: bool) -> str | None:
    shown = f"log loss {comparison.difference:+.4f} [{comparison.low:+.4f}, {comparison.high:+.4f}]"
    must_beat = is_simplest or (comparison.rival == CHAMPION and settings.champion_rule == "better")
    # Both tails: of equals, half the tail may be taken for better.
    if must_beat and comparison.share_better < (1 + settings.confidence) / 2:
        sure = f"{settings.confidence:.0%} confidence"
        return f"it must beat {_called(comparison.rival)} at {sure}, but has {shown} against it"
    if not must_beat and comparison.share_worse >= settings.confidence:
        return f"it must not be worse than {_called(comparison.rival)}, but has {shown} against it"
    return None


def _praise(comparisons: list[Comparison]) -> str:
    simplest, others = comparisons[0], comparisons[1:]
    beaten = f"Promoted: beats {_called(simplest.rival)} by {-simplest.difference:.4f} in log loss"
    return (
        f"{beaten} and is not worse than {', '.join(_called(other.rival) for other in others)}."
        if others
        else f"{beaten}."
    )


def _called(rival: str) -> str:
    names = {"base_rate": "the base rate", "naive_bayes": "naive Bayes", "logistic": "logistic regression",
             "stay": "'everybody stays'", "markov": "the Markov transition rates",
             "recency": "the rule of the days since the last order", "bg_nbd": "BG/NBD",
             "calendar": "the same weeks of earlier years", CHAMPION: "the present champion"}  # fmt: skip
    return names.get(rival, rival)
