"""Fit the starting margin that the trees are boosted on; each kind is a simple model of its own (see
scoring/scorecard.py).

prior         the rates of the classes
rates         shrunk rates by channel and segment (training/shrunk_rates.py)
naive_bayes   log frequencies per value with +0.1, as in Odoo's predictive lead scoring, which does so per team
panel         the mean of the margins of naive_bayes and two logistic_*, each brought to the spread of `logistic`
markov        naive Bayes on the tier alone: the transition matrix of RFM tiers
bg_nbd        churn: the customer's own pace (training/own_pace.py)
logistic_*    logistic regression on splines, by the strength of its L2 penalty (training/spline_start.py)
pace_led_*    churn: the mean of the margins of bg_nbd and of a logistic_*, which tells customers apart better, at the
              level of bg_nbd, which no season's outcomes set; equal weights, as in the stack of training/ladder.py
paced_*       churn: the same mean at the mean of both levels
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scoring.encoding import encode_frame
from scoring.feature_spec import FeatureSpec
from scoring.scorecard import Scorecard, Term, mean_scorecard
from training.own_pace import Customers, fit_pace, has_pace, offset_between
from training.shrunk_rates import SEGMENT_COLUMNS, fit_rates
from training.spline_start import fit_splines

SMOOTHING = 0.1
MAX_BINS = 12
LOGISTIC_C = {"logistic_strong": 0.01, "logistic": 0.1, "logistic_weak": 1.0}
BG_NBD = "bg_nbd"
PANEL, PANELLISTS = "panel", ("logistic", "logistic_strong", "naive_bayes")
PACE_LED = {f"pace_led{of.removeprefix('logistic')}": of for of in LOGISTIC_C}
PACED = {**PACE_LED, **{f"paced{of.removeprefix('logistic')}": of for of in LOGISTIC_C}}

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32]


def starts_of(model: str) -> list[str]:
    """Kinds that the search may choose from, the simplest first: naive Bayes has as many points as the logistic
    regressions and no penalty on them.
    """
    own = {"rfm": ["markov"], "churn": [BG_NBD]}.get(model, [])
    return ["prior", "rates", *own, *LOGISTIC_C, *(PACED if model == "churn" else ()), "naive_bayes"]


def is_possible(kind: str, specs: Sequence[FeatureSpec]) -> bool:
    """Whether the columns of a kind are there."""
    return (kind != BG_NBD and kind not in PACED) or has_pace(specs)


def fit_scorecard(
    kind: str, specs: Sequence[FeatureSpec], encoded: Matrix, y: NDArray[np.int_], w: Floats, classes: int,
    customers: Customers | None = None,
) -> Scorecard:  # fmt: skip
    """Fit one kind. encoded: [n, k]; y: [n]; w: [n]. Outputs: 1 for two classes, else one per class.

    customers: whose rows they are, which bg_nbd, pace_led_* and paced_* need.
    """
    if customers is not None and (kind == BG_NBD or kind in PACED):
        pace = fit_pace(specs, encoded, customers)
        if kind == BG_NBD:
            return pace
        line = fit_scorecard(PACED[kind], specs, encoded, y, w, classes)
        both = mean_scorecard(kind, [pace, line])
        if kind not in PACE_LED:
            return both
        now = encode_frame(specs, customers.now)
        return replace(both, intercept=both.intercept + offset_between(both.margin(now)[:, 0], pace.margin(now)[:, 0]))
    if kind == PANEL:
        cards = [fit_scorecard(one, specs, encoded, y, w, classes) for one in PANELLISTS]
        return mean_scorecard(kind, _of_one_spread(cards, encoded, w))
    rates = np.bincount(y, weights=w, minlength=classes) + SMOOTHING
    intercept = _outputs(np.log(rates / rates.sum())[None, :])[0]
    if kind == "prior" or not specs or np.count_nonzero(rates > SMOOTHING) < 2:
        return Scorecard(kind, intercept)
    if kind in LOGISTIC_C:
        intercept, terms = fit_splines(specs, encoded, y, w, classes, LOGISTIC_C[kind])
    else:
        used = [column for column, spec in enumerate(specs) if _is_used(kind, spec)]
        empty = [_empty_term(column, specs[column], encoded[:, column]) for column in used]
        terms = _counted(kind, empty, encoded, y, w, rates / rates.sum())
    return _centred(kind, intercept, terms, encoded, w)


def _of_one_spread(cards: Sequence[Scorecard], encoded: Matrix, w: Floats) -> list[Scorecard]:
    """Yes/no cards, their margins as far from the mean as those of the first; naive Bayes goes much too far."""
    margins = [card.margin(encoded)[:, 0] for card in cards]
    spreads = [float(np.sqrt(np.cov(margin, aweights=w, ddof=0))) for margin in margins]
    factors = [spreads[0] / spread if spread > 0 else 1.0 for spread in spreads]
    return [card.scaled(factor) for card, factor in zip(cards, factors, strict=True)]


def _is_used(kind: str, spec: FeatureSpec) -> bool:
    if kind == "rates":
        return spec.kind == "category" and spec.name in SEGMENT_COLUMNS
    return kind != "markov" or spec.name == "rfm_tier"


def _counted(
    kind: str, terms: Sequence[Term], encoded: Matrix, y: NDArray[np.int_], w: Floats, rates: Floats
) -> list[Term]:
    if kind == "rates":
        return [replace(term, points=_outputs(term.points)) for term in fit_rates(terms, encoded, y, w, rates)]
    return [_frequencies(term, encoded[:, term.column], y, w, len(rates)) for term in terms]


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
