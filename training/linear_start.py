"""Logistic regression as a scorecard: numbers by a line, categories one-hot, missing values by an indicator."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from scoring.feature_spec import FeatureSpec
from scoring.scorecard import Line, Term

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32]
UNSEEN = -10.0
MAX_STANDARD_SCORE = 10.0


def fit_linear(
    specs: Sequence[FeatureSpec], encoded: Matrix, y: NDArray[np.int_], w: Floats, classes: int
) -> tuple[Floats, list[Term]]:
    """Intercepts [outputs] and one term per column, not centred; numbers are standardised for the L2 penalty alone."""
    empty = [_empty(column, spec, encoded[:, column], classes) for column, spec in enumerate(specs)]
    blocks = [_block(term, spread, encoded[:, term.column]) for term, spread in empty]
    coefficients, intercepts = fit_logistic(hstack(blocks, format="csr"), y, w, classes, strength=1.0)
    terms, at = [], 0
    for (term, spread), block in zip(empty, blocks, strict=True):
        terms.append(_filled(term, spread, coefficients[at : at + block.shape[1]]))
        at += block.shape[1]
    return intercepts, terms


def fit_logistic(
    design: csr_matrix, y: NDArray[np.int_], w: Floats, classes: int, strength: float
) -> tuple[Floats, Floats]:
    """Coefficients [columns, outputs] and intercepts [outputs]; a class that was not seen is next to impossible.

    strength: inverse of the L2 penalty.
    """
    model = LogisticRegression(C=strength, max_iter=300, tol=1e-3)
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


def _empty(column: int, spec: FeatureSpec, values: NDArray[np.float32], classes: int) -> tuple[Term, float]:
    """A term without coefficients and the standard deviation of its values."""
    outputs, edges = classes if classes > 2 else 1, np.empty(0, dtype=np.float32)
    if spec.kind == "category":
        return Term(column, edges, np.zeros((spec.count_codes + 1, outputs)), is_category=True), 1.0
    known = values[~np.isnan(values)].astype(np.float64)
    if not len(known):
        return Term(column, edges, np.zeros((2, outputs)), is_category=False), 1.0
    mean, spread = float(known.mean()), float(known.std()) or 1.0
    reach = MAX_STANDARD_SCORE * spread
    line = Line(max(float(known.min()), mean - reach), min(float(known.max()), mean + reach), np.zeros(outputs))
    return Term(column, edges, np.zeros((2, outputs)), is_category=False, line=line), spread


def _block(term: Term, spread: float, values: NDArray[np.float32]) -> csr_matrix:
    """Columns of the design for one term."""
    if term.is_category:
        bins, count = term.bins(values), len(term.points)
        return csr_matrix((np.ones(len(bins)), (np.arange(len(bins)), bins)), shape=(len(bins), count))
    missing = np.isnan(values).astype(np.float64)
    if term.line is None:
        return csr_matrix(missing[:, None])
    unit = replace(term.line, slope=np.ones(1))
    centre = (term.line.low + term.line.high) / 2
    score = np.where(missing > 0, 0.0, (unit.values(values)[:, 0] - centre) / spread)
    return csr_matrix(np.stack([score, missing], axis=1))


def _filled(term: Term, spread: float, coefficients: Floats) -> Term:
    """The term with its coefficients, as log-odds per unit."""
    if term.is_category:
        return replace(term, points=coefficients)
    if term.line is None:
        return replace(term, points=np.stack([np.zeros_like(coefficients[0]), coefficients[0]]))
    slope, centre = coefficients[0] / spread, (term.line.low + term.line.high) / 2
    points = np.stack([-slope * centre, coefficients[1]])
    return replace(term, points=points, line=replace(term.line, slope=slope))
