"""Fit the starting margin that the trees are boosted on; each kind is a simple model of its own (see
scoring/scorecard.py).

prior         the rates of the classes
naive_bayes   log frequencies per value with +0.1, as in Odoo's predictive lead scoring
markov        naive Bayes on the tier alone: the transition matrix of RFM tiers
logistic      logistic regression: a line per number, one-hot categories
ridge_*       multinomial logistic regression with an L2 penalty on binned columns
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from scoring.feature_spec import FeatureSpec
from scoring.scorecard import Scorecard, Term
from training.linear_start import fit_linear, fit_logistic

SMOOTHING = 0.1
MAX_BINS = 12
RIDGE_C = {"ridge_weak": 0.3, "ridge_middle": 0.03, "ridge_strong": 0.003}

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32]


def starts_of(model: str) -> list[str]:
    """Kinds that the search may choose from, the simplest first."""
    return ["prior", "markov" if model == "rfm" else "naive_bayes", "logistic", *RIDGE_C]


def fit_scorecard(
    kind: str, specs: Sequence[FeatureSpec], encoded: Matrix, y: NDArray[np.int_], w: Floats, classes: int
) -> Scorecard:
    """Fit one kind. encoded: [n, k]; y: [n]; w: [n]. Outputs: 1 for two classes, else one per class."""
    rates = np.bincount(y, weights=w, minlength=classes) + SMOOTHING
    intercept = _outputs(np.log(rates / rates.sum())[None, :])[0]
    if kind == "prior" or not specs or np.count_nonzero(rates > SMOOTHING) < 2:
        return Scorecard(kind, intercept)
    terms = [_empty_term(column, spec, encoded[:, column]) for column, spec in enumerate(specs)]
    if kind == "logistic":
        intercept, terms = fit_linear(specs, encoded, y, w, classes)
    elif kind in RIDGE_C:
        intercept, terms = _ridge(RIDGE_C[kind], terms, encoded, y, w, classes)
    else:
        used = [term for term in terms if kind != "markov" or specs[term.column].name == "rfm_tier"]
        terms = [_frequencies(term, encoded[:, term.column], y, w, classes) for term in used]
    return _centred(kind, intercept, terms, encoded, w)


def _empty_term(column: int, spec: FeatureSpec, values: NDArray[np.float32]) -> Term:
    if spec.kind == "category":
        return Term(column, np.empty(0, dtype=np.float32), np.zeros((spec.count_codes + 1, 1)), is_category=True)
    known = values[~np.isnan(values)]
    # Quantiles that are themselves values, so that whole numbers keep their own bins; the lowest starts no new bin.
    quantiles = np.quantile(known, np.arange(1, MAX_BINS) / MAX_BINS, method="higher") if len(known) else np.empty(0)
    edges = np.unique(quantiles[quantiles > known.min()]) if len(known) else quantiles
    if len(known) and not len(edges) and known.max() > known.min():
        edges = np.unique(known)[1:2]  # one value has nearly all rows: the rest against it
    return Term(column, edges.astype(np.float32), np.zeros((len(edges) + 2, 1)), is_category=False)


def _frequencies(term: Term, values: NDArray[np.float32], y: NDArray[np.int_], w: Floats, classes: int) -> Term:
    """Log probability of each bin within each class."""
    table = np.zeros((len(term.points), classes))
    np.add.at(table, (term.bins(values), y), w)
    table += SMOOTHING
    return replace(term, points=_outputs(np.log(table / table.sum(axis=0))))


def _ridge(
    strength: float, terms: Sequence[Term], encoded: Matrix, y: NDArray[np.int_], w: Floats, classes: int
) -> tuple[Floats, list[Term]]:
    sizes = [len(term.points) for term in terms]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    bins = [term.bins(encoded[:, term.column]) + start for term, start in zip(terms, starts[:-1], strict=True)]
    columns, rows = np.stack(bins, axis=1), np.repeat(np.arange(len(y)), len(terms))
    design = csr_matrix((np.ones(columns.size), (rows, columns.ravel())), shape=(len(y), int(starts[-1])))
    points, intercepts = fit_logistic(design, y, w, classes, strength)
    return intercepts, [
        replace(term, points=points[start : start + len(term.points)])
        for term, start in zip(terms, starts[:-1], strict=True)
    ]


def _outputs(log_probabilities: Floats) -> Floats:
    """[.., classes] to [.., outputs]: two classes need only the difference."""
    two = log_probabilities.shape[-1] == 2
    return log_probabilities[..., 1:] - log_probabilities[..., :1] if two else log_probabilities


def _centred(kind: str, intercept: Floats, terms: Sequence[Term], encoded: Matrix, w: Floats) -> Scorecard:
    """Move each column's mean into the intercept, so that points are contributions against the average row."""
    total, centred = intercept.copy(), []
    for term in terms:
        mean = np.average(term.values(encoded[:, term.column]), axis=0, weights=w)
        total += mean
        centred.append(replace(term, points=term.points - mean))
    return Scorecard(kind, total, tuple(centred))
