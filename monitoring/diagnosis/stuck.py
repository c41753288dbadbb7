"""Who is stuck: traits, and pairs of traits, that are over-represented among the stuck against the others.

Shares are of the leads whose trait is known: a third without a head count says nothing of the size of the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import exp, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from crm_core.funnel.figures import lost_places
from monitoring.diagnosis.cases import Cases
from monitoring.diagnosis.facts import CaseFacts
from monitoring.diagnosis.traits import UNTOLD, Trait
from monitoring.drift_tests import compare_shares
from monitoring.intervals import Interval

Z = 1.959964
PAIRED = 6  # traits whose pairs are looked at, those with the largest lift
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Lift:
    """How much more often a trait is found among the stuck: share_stuck / share_others; `p_value` is adjusted."""

    segment: dict[str, str]
    stuck: int
    others: int
    share_stuck: float
    share_others: float
    lift: float
    interval: Interval
    p_value: float

    def to_json(self) -> dict[str, Any]:
        """All figures by name."""
        return {**vars(self), "interval": vars(self.interval)}


@dataclass(frozen=True)
class Sides:
    """[leads] the stuck, the others they are compared with, and those that stood in the stage in the windows before."""

    stuck: Bools
    others: Bools
    before: Bools


def sides(facts: CaseFacts, cases: Cases) -> Sides:
    """The stuck of now; as others those that moved on in the window or stand in another open stage at its end."""
    count = len(facts.funnel.leads)
    stuck, moved, before = np.zeros(count, bool), np.zeros(count, bool), np.zeros(count, bool)
    now = cases.is_now
    stuck[cases.lead[now & cases.is_stuck]] = True
    moved[cases.lead[now & cases.is_hit]] = True
    before[cases.lead[~now & cases.is_stuck]] = True
    stays, stages = facts.funnel.stays, facts.funnel.funnel.stages
    closed = [place for place, stage in enumerate(stages) if stage.outcome == "won"] + lost_places(facts.funnel)
    stands = (stays["entered_at"].to_numpy() <= cases.end) & ~(stays["left_at"].to_numpy() <= cases.end)
    elsewhere = stands & ~stays["stage"].isin([*closed, cases.place]).to_numpy()
    moved[stays["lead"].to_numpy()[elsewhere]] = True
    return Sides(stuck, moved & ~stuck, before & ~stuck)


def lifts(of: Sides, traits: Sequence[Trait], alpha: float) -> list[Lift]:
    """Traits and pairs with more weight among the stuck, surest first.

    Interval: Katz's for a ratio of shares (Biometrics 34, 1978). p-values adjusted by Benjamini and Hochberg over the
    traits, and over the pairs, of which a pair must beat both its traits.
    """
    told = [trait for trait in traits if trait.kind in {"source", "segment", "crew"}]
    single = _adjusted([one for trait in told for one in _of_trait(of, trait)], alpha)
    best = sorted(single, key=lambda one: (one.p_value, -one.lift))[:PAIRED]
    pairs = _adjusted(list(_pairs(of, best, {trait.name: trait for trait in told})), alpha)
    return sorted([*single, *pairs], key=lambda one: (one.p_value, -one.lift))


def _of_trait(of: Sides, trait: Trait) -> Iterator[Lift]:
    stuck = np.bincount(trait.codes[of.stuck], minlength=len(trait.labels))
    others = np.bincount(trait.codes[of.others], minlength=len(trait.labels))
    known = [g for g, label in enumerate(trait.labels) if label != UNTOLD]
    for g in known:
        if stuck[g]:
            totals = int(stuck[known].sum()), int(others[known].sum())
            yield _lift({trait.name: trait.labels[g]}, int(stuck[g]), int(others[g]), *totals)


def _pairs(of: Sides, best: Sequence[Lift], traits: dict[str, Trait]) -> Iterator[Lift]:
    for one, two in combinations(best, 2):
        if one.segment.keys() != two.segment.keys():
            (has_one, knows_one), (has_two, knows_two) = _masks(one, traits), _masks(two, traits)
            known, both = knows_one & knows_two, has_one & has_two
            counts = [int((mask & side).sum()) for mask in (both, known) for side in (of.stuck, of.others)]
            if counts[0]:
                pair = _lift({**one.segment, **two.segment}, *counts)
                if pair.lift > max(one.lift, two.lift):
                    yield pair


def _masks(one: Lift, traits: dict[str, Trait]) -> tuple[Bools, Bools]:
    """[leads] who has the trait, and of whom it is known."""
    [(name, label)] = one.segment.items()
    trait = traits[name]
    unknown = trait.labels.index(UNTOLD) if UNTOLD in trait.labels else -1
    return np.asarray(trait.codes == trait.labels.index(label)), np.asarray(trait.codes != unknown)


def _lift(segment: dict[str, str], stuck: int, others: int, all_stuck: int, all_others: int) -> Lift:
    if not all_others:
        return Lift(segment, stuck, 0, stuck / all_stuck, 0.0, 1.0, Interval(0.0, float("inf")), 1.0)
    share, base = stuck / all_stuck, others / all_others
    lift = ((stuck + 0.5) / (all_stuck + 1)) / ((others + 0.5) / (all_others + 1))
    spread = exp(Z * sqrt(max(1 / (stuck + 0.5) - 1 / (all_stuck + 1) + 1 / (others + 0.5) - 1 / (all_others + 1), 0)))
    p_value = compare_shares(others, all_others, stuck, all_stuck).p_value
    return Lift(segment, stuck, others, share, base, lift, Interval(lift / spread, lift * spread), p_value)


def _adjusted(found: list[Lift], alpha: float) -> list[Lift]:
    if not found:
        return []
    adjusted = stats.false_discovery_control([one.p_value for one in found])
    kept = zip(found, adjusted, strict=True)
    return [Lift(**{**vars(one), "p_value": float(p)}) for one, p in kept if p < alpha and one.lift > 1]
