"""One anomaly examined: every look at the cases of one stage, or of one milestone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from configs.settings import Settings
from monitoring.diagnosis.attribute_traits import attribute_traits
from monitoring.diagnosis.cases import Cases
from monitoring.diagnosis.explained import Explained, explain
from monitoring.diagnosis.facts import CaseFacts
from monitoring.diagnosis.incoming import Move, moves
from monitoring.diagnosis.look import Look
from monitoring.diagnosis.means import Means, look_at_means, means_of, means_traits
from monitoring.diagnosis.pace import look_at_pace, look_at_response
from monitoring.diagnosis.sayings import Sayings, sayings
from monitoring.diagnosis.season import compare_years, size
from monitoring.diagnosis.spoken import spoken_traits
from monitoring.diagnosis.stuck import Lift, Sides, lifts, sides
from monitoring.diagnosis.sync import look_at_sync
from monitoring.diagnosis.traits import Kind, Trait, lead_traits
from monitoring.diagnosis.waits import look_at_waits
from monitoring.diagnosis.workload import look_at_workload


@dataclass(frozen=True)
class Examination:
    """All that was seen of one anomaly.

    Attributes
    ----------
    cases: the cases; `then`: those of the same weeks a year before, one per way to lay the years on each other.
    explained: what every group explains, the strongest first.
    """

    cases: Cases
    sides: Sides
    traits: list[Trait]
    moves: list[Move]
    lifts: list[Lift]
    explained: list[Explained]
    said: Sayings
    sync: Look
    means: Look
    pace: Look
    waits: Look
    response: Look
    workload: Look
    season: Look

    @property
    def severity(self) -> float:
        """How far out of the ordinary the anomaly is, in standard errors; at least 0.1."""
        value, spread = size(self.cases)
        return max(0.1, value / max(spread, 1e-6))

    def strongest(self, kind: Kind) -> list[Explained]:
        """Groups of one kind, the strongest first."""
        return [one for one in self.explained if one.trait.kind == kind]

    def move(self, dimension: str, label: str) -> Move | None:
        """How a group's share of the new leads moved."""
        found = (move for move in self.moves if (move.dimension, move.label) == (dimension, label))
        return next(found, None)


@dataclass(frozen=True)
class Prepared:
    """What all anomalies of one moment share: made once."""

    of_leads: list[Trait]
    spoken: list[Trait]
    means: Means

    @property
    def traits(self) -> list[Trait]:
        """Every trait."""
        return [*self.of_leads, *self.spoken, *means_traits(self.means)]


def prepare(facts: CaseFacts, days: int, settings: Settings) -> Prepared:
    """Traits of all leads, what they say and what they can pay."""
    rules = settings.diagnosis
    horizon = 2 * days * (1 + rules.before_windows)  # of older leads few stand in the windows
    own = attribute_traits(facts, horizon, rules.max_attributes, settings.funnel.max_groups)
    return Prepared(
        [*lead_traits(facts, days, settings), *own],
        spoken_traits(facts, facts.now, days, rules),
        means_of(facts),
    )


def examine(facts: CaseFacts, known: Prepared, cases: Cases, then: list[Cases], settings: Settings) -> Examination:
    """Follow the case through every question."""
    rules, seed, traits = settings.diagnosis, settings.training.seed, known.of_leads
    of = sides(facts, cases)
    explained = [one for trait in known.traits for one in explain(cases, trait, rules.samples, seed)]
    moved, apart = moves(facts, traits, cases), _apart(explained)
    season = max((compare_years(cases, one) for one in then), key=lambda look: look.strength, default=Look("season", 0))
    return Examination(
        cases, of, traits,
        moved,
        lifts(of, traits, rules.alpha) if of.stuck.sum() >= rules.min_stuck else [],
        sorted(explained, key=lambda one: (-one.strength, one.trait.name, one.label)),
        sayings(facts, cases, of, known.spoken, explained, rules),
        look_at_sync(facts, cases, rules),
        look_at_means(known.means, of, explained, settings.intake.currency),
        look_at_pace(facts, cases, traits, apart, rules),
        look_at_waits(facts, cases, traits, apart),
        look_at_response(facts, cases, traits, apart, settings),
        look_at_workload(facts, cases, rules),
        season,
    )  # fmt: skip


def _apart(explained: list[Explained]) -> list[npt.NDArray[np.bool_]]:
    """[leads] groups that may be slow for a reason of their own: the best source, and leads of new reps."""
    sources = [one for one in explained if one.trait.kind == "source" and one.strength > 0]
    best = sorted(sources, key=lambda one: -one.strength)[:1]
    own = best + [one for one in explained if one.trait.kind == "tenure" and one.strength > 0]
    return [np.atleast_2d(one.trait.codes)[0] == one.trait.labels.index(one.label) for one in own]
