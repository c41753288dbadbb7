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
from training.comparison import Comparison
from training.gate_words import Words, badly_calibrated, joined, not_better, promoted, refused, worse

Floats = NDArray[np.float64]
CHAMPION = "champion"


@dataclass(frozen=True)
class Verdict:
    """Whether the candidate becomes champion, and why, in the words of both languages.

    better: the baseline that it is refused for being worse than; of several the best.
    """

    is_promoted: bool
    words: Words
    comparisons: tuple[Comparison, ...]
    better: str | None = None

    @property
    def reason(self) -> str:
        """Why, in English, the language of logs and reports."""
        return self.words["en"]

    def to_json(self) -> dict[str, Any]:
        """The `gate` part of a training report."""
        rivals = {comparison.rival: comparison.to_json() for comparison in self.comparisons}
        return {
            "passed": self.is_promoted, "reason": self.reason, "reason_zh": self.words["zh"], "against": rivals,
        }  # fmt: skip


def judge(
    losses: Mapping[str, Floats],
    w: Floats,
    entity: NDArray[np.int_],
    ece: float,
    settings: Gate,
    seed: int,
    note: Words | None = None,
) -> Verdict:
    """The verdict. losses: [n] log loss per row; first the candidate, second the simplest baseline, then other rivals.

    ece: the candidate's calibration error. note: a further sentence, such as why there was no champion to compare with.
    """
    comparisons = compare(losses, w, entity, settings, seed)
    faults = [_fault(comparison, settings, is_simplest=i == 0) for i, comparison in enumerate(comparisons)]
    if ece > settings.max_ece:
        faults.append(badly_calibrated(ece, settings.max_ece))
    found = [fault for fault in faults if fault]
    words = refused(found) if found else promoted(comparisons[0], comparisons[1:])
    ahead = [one for one in comparisons[1:] if one.rival != CHAMPION and one.share_worse >= settings.confidence]
    better = max(ahead, key=lambda one: one.difference, default=None)
    return Verdict(not found, joined(words, note), tuple(comparisons), better.rival if better else None)


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


def _fault(comparison: Comparison, settings: Gate, *, is_simplest: bool) -> Words | None:
    must_beat = is_simplest or (comparison.rival == CHAMPION and settings.champion_rule == "better")
    # Both tails: of equals, half the tail may be taken for better.
    if must_beat and comparison.share_better < (1 + settings.confidence) / 2:
        return not_better(comparison, settings.confidence)
    if not must_beat and comparison.share_worse >= settings.confidence:
        return worse(comparison)
    return None
