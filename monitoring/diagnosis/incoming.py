"""Who came in: the mix of new leads in the current window against the windows before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from monitoring.diagnosis.ages import days_before
from monitoring.diagnosis.cases import Cases
from monitoring.diagnosis.facts import CaseFacts
from monitoring.diagnosis.look import ramp
from monitoring.diagnosis.traits import Trait
from monitoring.drift_tests import compare_shares

SURE = 1e-4  # adjusted p-value from which a move is taken as certain


@dataclass(frozen=True)
class Move:
    """One group's share of the new leads, before and now; `p_value` is adjusted over all groups of all traits."""

    dimension: str
    label: str
    leads_before: int
    leads_now: int
    share_before: float
    share_now: float
    p_value: float

    @property
    def change(self) -> float:
        """Change of the share, in -1..1."""
        return self.share_now - self.share_before

    def strength(self, full: float, alpha: float) -> float:
        """0..1: 1 for a certain change of at least `full`."""
        return ramp(abs(self.change), full, full / 5) if self.p_value < alpha else 0.0

    def to_json(self) -> dict[str, Any]:
        """All figures by name."""
        return {**vars(self), "change": self.change}


def moves(facts: CaseFacts, traits: Sequence[Trait], cases: Cases) -> list[Move]:
    """Every group of every source and segment, the largest change first; none where a window has no lead.

    p-values by chi-squared or Fisher's exact test, adjusted by Benjamini and Hochberg (J. R. Stat. Soc. B 57, 1995).
    """
    age = days_before(cases.end, facts.funnel.leads["created_at"]) / cases.days
    now, before = (age >= 0) & (age < 1), (age >= 1) & (age < 1 + cases.windows)
    if not now.any() or not before.any():
        return []
    found = []
    for trait in traits:
        if trait.kind in {"source", "segment"}:
            counts = [np.bincount(trait.codes[mask], minlength=len(trait.labels)) for mask in (before, now)]
            found += [(trait.name, label, int(counts[0][g]), int(counts[1][g])) for g, label in enumerate(trait.labels)]
    return _judged(found, int(before.sum()), int(now.sum()))


def _judged(found: list[tuple[str, str, int, int]], rows_before: int, rows_now: int) -> list[Move]:
    raw = [compare_shares(before, rows_before, now, rows_now).p_value for *_, before, now in found]
    adjusted = stats.false_discovery_control(raw) if raw else []
    moved = [
        Move(name, label, before, now, before / rows_before, now / rows_now, float(p))
        for (name, label, before, now), p in zip(found, adjusted, strict=True)
    ]
    return sorted(moved, key=lambda move: (-abs(move.change), move.dimension, move.label))
