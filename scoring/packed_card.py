"""A scorecard as a handful of arrays: all its terms at once.

Term by term a row of ninety values takes a millisecond, most of it the overhead of five hundred calls on arrays of one
number. Here it is twenty calls on arrays of ninety.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scoring.scorecard import Curve, Term

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32]
Indices = NDArray[np.intp]

BLOCK_ROWS = 1024  # at once: what is compared is rows x terms x knots


class PackedCard:
    """Sums and parts of every term's values; the same numbers as `Term.values`, whatever rows are asked together."""

    def __init__(self, terms: Sequence[Term], count_outputs: int) -> None:
        self._columns = np.array([term.column for term in terms], dtype=np.intp)
        self._is_column_once = len(set(self._columns.tolist())) == len(self._columns)
        self._count_outputs = count_outputs
        self._is_category = np.array([term.is_category for term in terms], dtype=bool)[:, None]
        self._missing = np.array([len(term.points) - 1 for term in terms], dtype=np.intp)[:, None]
        self._first_point = _starts([len(term.points) for term in terms])
        self._points = np.concatenate([term.points for term in terms])
        edges = [term.edges for term in terms]
        self._edges = _padded(edges)
        self._count_edges = np.array([len(one) for one in edges], dtype=np.intp)[:, None]
        self._curved = np.array([at for at, term in enumerate(terms) if term.curve is not None], dtype=np.intp)
        curves = [term.curve for term in terms if term.curve is not None]
        if curves:
            self._pack_curves(curves)

    def total(self, encoded: Matrix) -> Floats:
        """Log-odds that the values of each row add together, [n, outputs]."""
        result = np.empty((len(encoded), self._count_outputs))
        for place, values in self._blocks(encoded):
            result[place] = _summed(values)
        return result

    def explained(self, encoded: Matrix) -> tuple[Floats, Floats]:
        """The total, and what each value of each row adds to it, [n, k columns, outputs]."""
        total = np.empty((len(encoded), self._count_outputs))
        parts = np.empty((*encoded.shape, self._count_outputs))
        for place, values in self._blocks(encoded):
            total[place], parts[place] = _summed(values), self._spread(values, encoded.shape[1])
        return total, parts

    def _blocks(self, encoded: Matrix) -> Iterator[tuple[slice, Floats]]:
        """Which rows, and what their values add, [terms, n, outputs]."""
        for start in range(0, len(encoded), BLOCK_ROWS):
            place = slice(start, start + BLOCK_ROWS)
            yield place, self._values(encoded[place, self._columns].T)

    def _spread(self, values: Floats, count_columns: int) -> Floats:
        """[terms, n, outputs] to [n, columns, outputs]; a column may have several terms."""
        result = np.zeros((values.shape[1], count_columns, self._count_outputs))
        if self._is_column_once:
            result[:, self._columns] = values.transpose(1, 0, 2)
            return result
        for column, value in zip(self._columns, values, strict=True):
            result[:, column] += value
        return result

    def _values(self, values: Matrix) -> Floats:
        is_missing = np.isnan(values)
        own: Floats = self._points[self._first_point + self._bins(values, is_missing)]
        if len(self._curved):
            risen = self._risen(values[self._curved].astype(np.float64))
            risen[is_missing[self._curved]] = 0.0
            own[self._curved] += risen
        return own

    def _bins(self, values: Matrix, is_missing: NDArray[np.bool_]) -> Indices:
        codes = np.where(is_missing, -1, values).astype(np.intp)
        codes[(codes < 0) | (codes > self._missing)] = -1
        codes = np.where(codes < 0, self._missing, codes)
        found = np.minimum(_count_up_to(self._edges, values), self._count_edges)
        return np.where(self._is_category, codes, np.where(is_missing, self._missing, found))

    def _pack_curves(self, curves: Sequence[Curve]) -> None:
        self._knots = _padded([curve.knots for curve in curves])
        self._last_knot = np.array([len(curve.knots) - 1 for curve in curves], dtype=np.intp)[:, None]
        self._first_knot = _starts([len(curve.knots) for curve in curves])
        self._lowest = np.array([curve.knots[0] for curve in curves])[:, None]
        self._highest = np.array([curve.knots[-1] for curve in curves])[:, None]
        self._all_knots = np.concatenate([curve.knots for curve in curves])
        self._heights = np.concatenate([curve.heights for curve in curves])
        self._slopes = np.concatenate([_slopes(curve) for curve in curves])

    def _risen(self, values: Floats) -> Floats:
        """Heights of the curves at [curves, n] values; what is missing comes out as anything."""
        inside = np.fmin(np.fmax(values, self._lowest), self._highest)  # np.clip's wrapper takes as long as its work
        knot = np.minimum(_count_up_to(self._knots, inside) - 1, self._last_knot) + self._first_knot
        beyond = (inside - self._all_knots[knot])[:, :, None]
        risen: Floats = self._slopes[knot] * beyond + self._heights[knot]
        return risen


def _summed(values: Floats) -> Floats:
    """[terms, n, outputs] to [n, outputs]; along the innermost axis, where numpy's order is the same for any n."""
    total: Floats = np.ascontiguousarray(values.transpose(1, 2, 0)).sum(axis=-1)
    return total


def _slopes(curve: Curve) -> Floats:
    """Rise per unit after each knot, [knots, outputs]; level after the last."""
    steps = np.diff(curve.heights, axis=0) / np.diff(curve.knots)[:, None]
    return np.concatenate([steps, np.zeros((1, curve.heights.shape[1]))])


def _count_up_to(bounds: NDArray[Any], values: NDArray[Any]) -> Indices:
    """How many of each term's [terms, m] bounds are not above its [terms, n] values."""
    count = np.zeros(values.shape, dtype=np.intp)
    for bound in bounds.T:
        count += bound[:, None] <= values
    return count


def _starts(lengths: Sequence[int]) -> Indices:
    """Where each begins in their concatenation, [terms, 1]."""
    return np.cumsum([0, *lengths[:-1]])[:, None].astype(np.intp)


def _padded(rows: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Rows of unequal length as one array, filled up with infinity."""
    result = np.full((len(rows), max(len(row) for row in rows)), np.inf, dtype=rows[0].dtype)
    for at, row in enumerate(rows):
        result[at, : len(row)] = row
    return result
