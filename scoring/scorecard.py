"""A table of points per value: the starting margin on which the trees are boosted.

Prior, naive Bayes and a logistic regression on binned columns all have this one form, so that one piece of code
scores and explains each of them. Known in credit scoring as a scorecard (Siddiqi, Credit Risk Scorecards, 2006).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Line:
    """slope: [outputs] log-odds per unit of the number; values beyond `low` and `high` count as these, a missing one
    adds nothing.
    """

    low: float
    high: float
    slope: NDArray[np.float64]

    def values(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Log-odds of each value, [n, outputs]."""
        inside = np.clip(values.astype(np.float64), self.low, self.high)
        return np.where(np.isnan(inside), 0.0, inside)[:, None] * self.slope

    def to_json(self) -> dict[str, Any]:
        """Plain values for model.json."""
        return {"low": self.low, "high": self.high, "slope": self.slope.tolist()}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Line:
        """The inverse of `to_json`."""
        return cls(float(content["low"]), float(content["high"]), np.array(content["slope"], dtype=np.float64))


@dataclass(frozen=True, eq=False)
class Term:
    """Points of one column.

    edges: ascending upper bounds (exclusive) of a number's bins; empty for a category, whose bin is its code.
    points: [bins + 1, outputs] log-odds; the last row is for a missing value. Weighted mean over the fit part is 0.
    line: of a number, or None: log-odds that rise evenly with a value within its bounds.
    """

    column: int
    edges: NDArray[np.float32]
    points: NDArray[np.float64]
    is_category: bool
    line: Line | None = None

    def values(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Log-odds that each value adds, [n, outputs]."""
        own = self.points[self.bins(values)]
        return own if self.line is None else own + self.line.values(values)

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
            "line": None if self.line is None else self.line.to_json(),
        }  # fmt: skip

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Term:
        """The inverse of `to_json`."""
        edges = np.array(content["edges"], dtype=np.float32)
        points = np.array(content["points"], dtype=np.float64)
        line = None if content["line"] is None else Line.from_json(content["line"])
        return cls(int(content["column"]), edges, points, bool(content["is_category"]), line)


@dataclass(frozen=True, eq=False)
class Scorecard:
    """intercept: [outputs] log-odds; a row's margin is the intercept plus the points of each of its values."""

    kind: str
    intercept: NDArray[np.float64]
    terms: Sequence[Term] = field(default_factory=tuple)

    def margin(self, encoded: NDArray[np.float32]) -> NDArray[np.float64]:
        """Margin of each row, [n, outputs]."""
        total = np.tile(self.intercept, (len(encoded), 1))
        for term in self.terms:
            total += term.values(encoded[:, term.column])
        return total

    def contributions(self, encoded: NDArray[np.float32]) -> NDArray[np.float64]:
        """Points of each value, [n, k features, outputs]; with the intercept they sum to the margin."""
        result = np.zeros((*encoded.shape, len(self.intercept)))
        for term in self.terms:
            result[:, term.column] += term.values(encoded[:, term.column])
        return result

    def to_json(self) -> dict[str, Any]:
        """Plain values for model.json."""
        return {
            "kind": self.kind,
            "intercept": self.intercept.tolist(),
            "terms": [term.to_json() for term in self.terms],
        }

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Scorecard:
        """The inverse of `to_json`."""
        terms = tuple(Term.from_json(term) for term in content["terms"])
        return cls(str(content["kind"]), np.array(content["intercept"], dtype=np.float64), terms)
