"""A table of points per value: the starting margin on which the trees are boosted.

Prior, shrunk rates, naive Bayes and a logistic regression on splines all have this one form, so that one piece of code
scores and explains each of them, and a weighted sum of them as well. Known in credit scoring as a scorecard (Siddiqi,
Credit Risk Scorecards, 2006).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.pace import Pace
from scoring.packed_card import PackedCard


@dataclass(frozen=True, eq=False)
class Curve:
    """A piecewise linear function: log-odds `heights` [knots, outputs] at ascending `knots`; level beyond the outermost
    ones, so that a value far out counts as the last one learnt of. A missing value adds nothing.
    """

    knots: NDArray[np.float64]
    heights: NDArray[np.float64]

    def values(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Log-odds of each value, [n, outputs]."""
        wide = values.astype(np.float64)
        risen = np.stack([np.interp(wide, self.knots, column) for column in self.heights.T], axis=1)
        return np.where(np.isnan(wide)[:, None], 0.0, risen)

    def to_json(self) -> dict[str, Any]:
        """Plain values for model.json."""
        return {"knots": self.knots.tolist(), "heights": self.heights.tolist()}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Curve:
        """The inverse of `to_json`."""
        return cls(np.array(content["knots"], dtype=np.float64), np.array(content["heights"], dtype=np.float64))


@dataclass(frozen=True, eq=False)
class Term:
    """Points of one column.

    edges: ascending upper bounds (exclusive) of a number's bins; empty for a category, whose bin is its code.
    points: [bins + 1, outputs] log-odds; the last row is for a missing value. Weighted mean over the fit part is 0.
    curve: of a number, or None: log-odds that go with its value, added to the points.
    """

    column: int
    edges: NDArray[np.float32]
    points: NDArray[np.float64]
    is_category: bool
    curve: Curve | None = None

    def values(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Log-odds that each value adds, [n, outputs]."""
        own = self.points[self.bins(values)]
        return own if self.curve is None else own + self.curve.values(values)

    def scaled(self, factor: float) -> Term:
        """The same term with all its log-odds multiplied."""
        curve = None if self.curve is None else replace(self.curve, heights=self.curve.heights * factor)
        return replace(self, points=self.points * factor, curve=curve)

    def bins(self, values: NDArray[np.float32]) -> NDArray[np.intp]:
        """Row of `points` for each value."""
        missing = len(self.points) - 1
        is_missing = np.isnan(values)
        if self.is_category:
            codes = np.where(is_missing, missing, values).astype(np.intp)
            return np.where((codes < 0) | (codes > missing), missing, codes)
        found = np.searchsorted(self.edges, values, side="right")
        return np.where(is_missing, missing, found)

    def to_json(self) -> dict[str, Any]:
        """Plain values for model.json."""
        return {
            "column": self.column, "edges": [float(edge) for edge in self.edges],
            "points": self.points.tolist(), "is_category": self.is_category,
            "curve": None if self.curve is None else self.curve.to_json(),
        }  # fmt: skip

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Term:
        """The inverse of `to_json`."""
        edges = np.array(content["edges"], dtype=np.float32)
        points = np.array(content["points"], dtype=np.float64)
        curve = None if content["curve"] is None else Curve.from_json(content["curve"])
        return cls(int(content["column"]), edges, points, bool(content["is_category"]), curve)


@dataclass(frozen=True, eq=False)
class Scorecard:
    """intercept: [outputs] log-odds; a row's margin is the intercept plus the points of each of its values.

    pace: of customers, or None: added to the first output beyond its base, which the intercept holds.
    """

    kind: str
    intercept: NDArray[np.float64]
    terms: Sequence[Term] = field(default_factory=tuple)
    pace: Pace | None = None

    def margin(self, encoded: NDArray[np.float32]) -> NDArray[np.float64]:
        """Margin of each row, [n, outputs]."""
        total = np.tile(self.intercept, (len(encoded), 1))
        if self.terms:
            total += self._packed.total(encoded)
        if self.pace is not None:
            total[:, 0] += self.pace.margin(encoded) - self.pace.base
        return total

    def explained(self, encoded: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The margin, the same bits as by itself, and the points of each value, [n, k features, outputs]; with the
        intercept they sum to it.
        """
        total, points = np.tile(self.intercept, (len(encoded), 1)), np.zeros((*encoded.shape, len(self.intercept)))
        if self.terms:
            sums, points = self._packed.explained(encoded)
            total += sums
        if self.pace is not None:
            total[:, 0] += self.pace.margin(encoded) - self.pace.base
            points[:, list(self.pace.columns), 0] += self.pace.contributions(encoded)
        return total, points

    def contributions(self, encoded: NDArray[np.float32]) -> NDArray[np.float64]:
        """Points of each value; see `explained`."""
        return self.explained(encoded)[1]

    def scaled(self, factor: float) -> Scorecard:
        """The same card, without a pace, with the points of all values multiplied; the intercept stays."""
        return replace(self, terms=tuple(term.scaled(factor) for term in self.terms))

    @cached_property
    def _packed(self) -> PackedCard:
        return PackedCard(self.terms, len(self.intercept))

    def to_json(self) -> dict[str, Any]:
        """Plain values for model.json."""
        return {
            "kind": self.kind,
            "intercept": self.intercept.tolist(),
            "terms": [term.to_json() for term in self.terms],
            "pace": None if self.pace is None else self.pace.to_json(),
        }

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Scorecard:
        """The inverse of `to_json`."""
        terms = tuple(Term.from_json(term) for term in content["terms"])
        pace = None if content.get("pace") is None else Pace.from_json(content["pace"])
        return cls(str(content["kind"]), np.array(content["intercept"], dtype=np.float64), terms, pace)


def mean_scorecard(kind: str, cards: Sequence[Scorecard]) -> Scorecard:
    """The scorecard whose margin is the mean of the others' margins.

    >>> mean_scorecard("two", [Scorecard("a", np.zeros(1)), Scorecard("b", np.ones(1))]).intercept.tolist()
    [0.5]
    """
    share = 1 / len(cards)
    terms = tuple(term.scaled(share) for card in cards for term in card.terms)
    paces = [card.pace for card in cards if card.pace is not None]
    # All of one training are fit to the same purchases: their paces differ in weight alone.
    pace = replace(paces[0], weight=share * sum(pace.weight for pace in paces)) if paces else None
    return Scorecard(kind, np.mean([card.intercept for card in cards], axis=0), terms, pace)
