"""A candidate beside a rival on the same rows."""

from __future__ import annotations

from dataclasses import dataclass


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
