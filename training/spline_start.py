"""Logistic regression as a scorecard: a spline per number, one-hot categories, an indicator for missing values.

A number's part is a line plus a hat function at each knot (linear B-splines; Eilers and Marx 1996), all under one L2
penalty, which draws it towards the level; it stays level beyond the outermost knots, so that a heavy tail cannot
extrapolate. One-hot points under the penalty are the shrunk effect of each value, as a target code would be.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from scoring.feature_spec import FeatureSpec
from scoring.scorecard import Curve, Term

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32]
UNSEEN = -10.0
KNOT_SHARES = (0.02, 0.2, 0.4, 0.6, 0.8, 0.98)
MAX_ITERATIONS = 200


@dataclass(frozen=True, eq=False)
class Part:
    """One column's term without coefficients, its centre and its spread; block: its columns of the design."""

    term: Term
    centre: float
    spread: float
    block: csr_matrix


def fit_splines(
    specs: Sequence[FeatureSpec], encoded: Matrix, y: NDArray[np.int_], w: Floats, classes: int, strength: float
) -> tuple[Floats, list[Term]]:
    """Intercepts [outputs] and one term per column, not centred. strength: inverse of the L2 penalty."""
    parts = [_part(column, spec, encoded[:, column]) for column, spec in enumerate(specs)]
    design = hstack([part.block for part in parts], format="csr")
    coefficients, intercepts = fit_logistic(design, y, w, classes, strength)
    ends = np.cumsum([part.block.shape[1] for part in parts])[:-1]
    return intercepts, [_filled(*pair) for pair in zip(parts, np.split(coefficients, ends), strict=True)]


def fit_logistic(
    design: csr_matrix, y: NDArray[np.int_], w: Floats, classes: int, strength: float
) -> tuple[Floats, Floats]:
    """Coefficients [columns, outputs] and intercepts [outputs]; a class that was not seen is next to impossible."""
    model = LogisticRegression(C=strength, max_iter=MAX_ITERATIONS, tol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a start need not be the optimum
        model.fit(design, y, sample_weight=w)
    coefficients, intercepts = model.coef_.T.astype(np.float64), model.intercept_.astype(np.float64)
    if classes == 2:
        return coefficients, intercepts
    if len(model.classes_) == 2:  # scikit-learn folds two classes into the log-odds of the second
        coefficients, intercepts = coefficients * [-0.5, 0.5], intercepts * [-0.5, 0.5]
    all_coefficients, all_intercepts = np.zeros((len(coefficients), classes)), np.full(classes, UNSEEN)
    all_coefficients[:, model.classes_] = coefficients
    all_intercepts[model.classes_] = intercepts
    return all_coefficients, all_intercepts


def _part(column: int, spec: FeatureSpec, values: NDArray[np.float32]) -> Part:
    none = np.empty(0, dtype=np.float32)
    rows = np.arange(len(values))
    if spec.kind == "category":
        term = Term(column, none, np.zeros((spec.count_codes + 1, 1)), is_category=True)
        hot = csr_matrix((np.ones(len(rows)), (rows, term.bins(values))), shape=(len(rows), len(term.points)))
        return Part(term, 0.0, 1.0, hot)
    missing = np.isnan(values)
    absent = csr_matrix(missing.astype(np.float64)[:, None])
    term = Term(column, none, np.zeros((2, 1)), is_category=False)
    knots = knots_of(values[~missing].astype(np.float64))
    if len(knots) < 2:
        return Part(term, 0.0, 1.0, absent)
    inside = np.clip(np.where(missing, knots[0], values.astype(np.float64)), knots[0], knots[-1])
    known = inside[~missing]
    centre, spread = float(known.mean()), float(known.std()) or 1.0
    line = csr_matrix(np.where(missing, 0.0, (inside - centre) / spread)[:, None])
    term = replace(term, curve=Curve(knots, np.zeros((len(knots), 1))))
    return Part(term, centre, spread, hstack([line, _hats(inside, missing, knots), absent], format="csr"))


def knots_of(known: Floats) -> Floats:
    """Ascending quantiles, or the two ends where nearly all values are one; empty for a constant.

    >>> knots_of(np.array([0.0] * 99 + [7.0])).tolist()
    [0.0, 7.0]
    """
    if not len(known):
        return known
    knots = np.unique(np.quantile(known, KNOT_SHARES))
    return knots if len(knots) > 1 else np.unique([known.min(), known.max()])


def _hats(inside: Floats, missing: NDArray[np.bool_], knots: Floats) -> csr_matrix:
    """Hat functions at the knots, [n, knots]: two neighbours share each value; none where two knots are all."""
    if len(knots) < 3:
        return csr_matrix((len(inside), 0))
    left = np.clip(np.searchsorted(knots, inside, side="right") - 1, 0, len(knots) - 2)
    share = (inside - knots[left]) / (knots[left + 1] - knots[left])
    known = ~missing
    rows = np.flatnonzero(known)
    data = np.concatenate([(1 - share)[known], share[known]])
    at = (np.concatenate([rows, rows]), np.concatenate([left[known], left[known] + 1]))
    return csr_matrix((data, at), shape=(len(inside), len(knots)))


def _filled(part: Part, coefficients: Floats) -> Term:
    """The term with its coefficients."""
    term = part.term
    if term.is_category:
        return replace(term, points=coefficients)
    points = np.stack([np.zeros_like(coefficients[-1]), coefficients[-1]])
    if term.curve is None:
        return replace(term, points=points)
    heights = ((term.curve.knots - part.centre) / part.spread)[:, None] * coefficients[:1]
    if len(term.curve.knots) > 2:
        heights = heights + coefficients[1:-1]
    return replace(term, points=points, curve=replace(term.curve, heights=heights))
