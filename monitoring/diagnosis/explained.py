"""How much of an anomaly one group of leads explains: what would be left of it had the group not been there.

    of a pile             1 - growth without the group / growth            growth = stock now / stock before - 1
    of a lower share      1 - drop without the group / drop                drop = share before - share now

The share is taken of all cases and of the fresh ones, those that came within the window: where a group takes over what
comes in, the others are left with what has stood there for long, and seem to have got worse. The larger counts. All are
taken with and without the group in the same windows, so a group that always converts badly, or that merely shares the
fate of all others, explains nothing: growth and drop stay what they are without it. A group that grew, or that alone
got worse, explains up to 1. Uncertainty: Poisson bootstrap of the cell counts (N. Oza and S. Russell, "Online bagging
and boosting", AISTATS 2001, for the Poisson weights).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitoring.diagnosis.cases import Cases
from monitoring.diagnosis.traits import Trait

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
LEAST_GROWTH, LEAST_DROP = 0.1, 0.02  # below it there is nothing to explain
FEWEST_LEFT = 10  # cases that must be left, before and now, when a group is left out
LOW, HIGH = 0.1, 0.9
# Standard errors from which a difference counts in full, and from which at all: the best of some eighty groups of
# records reaches 2 by chance; of new reps, a missed milestone or a topic there is one each.
SURE_Z = {"source": (2.5, 1.0), "segment": (3.5, 2.0), "crew": (3.5, 2.0)}
SURE_Z_OF_ONE = (2.5, 1.0)


@dataclass(frozen=True)
class Explained:
    """What one group explains, in 0..1, with the 80 % bootstrap interval, and its figures now and before.

    `strength` is the cautious size: the middle of the interval's low end and the estimate, less where the difference
    that the group makes may be chance. `z` is that difference in standard errors.
    """

    trait: Trait
    label: str
    strength: float
    share: float
    low: float
    high: float
    z: float
    cases_now: int
    cases_before: int
    hits_now: int
    hits_before: int
    stock_now: int
    stock_before: float
    conversion_without: float


@dataclass(frozen=True)
class _Cells:
    """[..., groups] counts of cases, hits and stock, before (0) and now (1)."""

    n0: Floats
    f0: Floats
    n1: Floats
    f1: Floats
    s0: Floats
    s1: Floats


@dataclass(frozen=True)
class _Part:
    """[groups] what each explains by one of the two measures."""

    strength: Floats
    share: Floats
    low: Floats
    high: Floats
    z: Floats


def explain(cases: Cases, trait: Trait, samples: int, seed: int) -> list[Explained]:
    """Every group of a trait that may explain, the one that explains most first."""
    rng, sure = np.random.default_rng(seed), SURE_Z.get(trait.kind, SURE_Z_OF_ONE)
    cells, fresh = _count(cases, trait), _count(cases, trait, cases.is_fresh)
    drawn = _drawn(cells, cases.windows, samples, rng)
    best = _part(_drop(cells), _drop(drawn), LEAST_DROP, sure)
    if not cases.is_fresh.all():
        again = _drawn(fresh, cases.windows, samples, rng)
        best = _larger(best, _part(_drop(fresh), _drop(again), LEAST_DROP, sure))
    if cases.is_stock and trait.has_stock:
        best = _larger(best, _part(_growth(cells), _growth(drawn), LEAST_GROWTH, sure))
    without = _ratio(cells.f1.sum() - cells.f1, cells.n1.sum() - cells.n1)
    found = [
        Explained(
            trait, label, float(best.strength[g]), float(best.share[g]), float(best.low[g]), float(best.high[g]),
            float(best.z[g]),
            int(cells.n1[g]), int(cells.n0[g]), int(cells.f1[g]), int(cells.f0[g]),
            int(cells.s1[g]), float(cells.s0[g]), float(without[g]),
        )
        for g, label in enumerate(trait.labels)
        if label in trait.candidates
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.strength, one.label))


def _part(
    measured: tuple[Floats, Floats], drawn: tuple[Floats, Floats], least: float, sure_z: tuple[float, float]
) -> _Part:
    """From an anomaly's size with and without each group, as counted and as drawn again."""
    share, again = _explained(*measured, least), _explained(*drawn, least)
    low, high = np.quantile(again, [LOW, HIGH], axis=0)
    difference = measured[0] - measured[1]
    spread = (drawn[0] - drawn[1]).std(axis=0)
    z = np.where(share > 0, difference / np.maximum(spread, 1e-9), 0.0)
    sure = np.clip((z - sure_z[1]) / (sure_z[0] - sure_z[1]), 0, 1)
    return _Part(sure * (low + share) / 2, share, low, high, z)


def _larger(one: _Part, two: _Part) -> _Part:
    is_two = two.strength > one.strength
    return _Part(*(np.where(is_two, b, a) for a, b in zip(vars(one).values(), vars(two).values(), strict=True)))


def _explained(whole: Floats, left: Floats, least: float) -> Floats:
    return np.where(whole >= least, np.clip(1 - left / np.maximum(whole, least), 0, 1), 0.0)


def _count(cases: Cases, trait: Trait, counted: Bools | None = None) -> _Cells:
    """counted: [cases] those that count; None: all."""
    codes, size = trait.of(cases), len(trait.labels)

    def count(mask: Bools) -> Floats:
        return np.bincount(codes[mask if counted is None else mask & counted], minlength=size).astype(float)

    now, hit, stands = cases.is_now, cases.is_hit, cases.stands
    return _Cells(
        count(~now), count(~now & hit), count(now), count(now & hit), count(~now & stands) / cases.windows,
        count(now & stands),
    )  # fmt: skip


def _drawn(cells: _Cells, windows: int, samples: int, rng: np.random.Generator) -> _Cells:
    def draw(mean: Floats) -> Floats:
        return rng.poisson(mean, (samples, mean.size)).astype(float)

    f0, f1 = draw(cells.f0), draw(cells.f1)
    n0, n1 = f0 + draw(cells.n0 - cells.f0), f1 + draw(cells.n1 - cells.f1)
    return _Cells(n0, f0, n1, f1, draw(cells.s0 * windows) / windows, draw(cells.s1))


def _drop(cells: _Cells) -> tuple[Floats, Floats]:
    """Drop of the share that moves on: whole [..., 1], and without each group [..., groups]."""
    (n0, n0_wo), (f0, f0_wo), (n1, n1_wo), (f1, f1_wo) = map(_both, (cells.n0, cells.f0, cells.n1, cells.f1))
    whole = _ratio(f0, n0) - _ratio(f1, n1)
    left = _ratio(f0_wo, n0_wo) - _ratio(f1_wo, n1_wo)
    return whole, np.where(np.minimum(n0_wo, n1_wo) >= FEWEST_LEFT, left, whole)  # too few are left to compare


def _growth(cells: _Cells) -> tuple[Floats, Floats]:
    """Growth of the pile, likewise. One more lead is thought to have stood there before, spread like the cases: from
    nothing no group could be told apart.
    """
    cases = cells.n0 + cells.n1
    usual = cells.s0 + cases / np.maximum(cases.sum(axis=-1, keepdims=True), 1)
    (s0, s0_wo), (s1, s1_wo) = _both(usual), _both(cells.s1)
    return s1 / np.maximum(s0, 1e-3) - 1, s1_wo / np.maximum(s0_wo, 1e-3) - 1


def _both(values: Floats) -> tuple[Floats, Floats]:
    total = values.sum(axis=-1, keepdims=True)
    return total, total - values


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.asarray(part / np.maximum(whole, 1), np.float64)
