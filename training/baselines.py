"""Simple models that are hard to beat, learnt from everything before the test part.

base_rate     the rate of the past for everybody
naive_bayes   log frequencies with +0.1 smoothing, numbers binned at quantiles (Odoo's predictive lead scoring)
logistic      logistic regression, L2; numbers standardised with missing indicators, categories one-hot
stay          rfm: the rates of the past for everybody; the most frequent is that nothing changes
markov        rfm: the past transition rates of the customer's tier
recency, bg_nbd, calendar    churn: see training/churn_baselines.py
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from configs.sections import Training
from scoring.calibration import sigmoid, softmax
from scoring.encoding import encode_frame
from training.churn_baselines import churn_baselines
from training.learn_encoding import learn_features
from training.scorecards import fit_scorecard
from training.split import Split

Floats = NDArray[np.float64]


def baseline_predictions(parts: Split, settings: Training) -> dict[str, Floats]:
    """Probabilities of the test rows by each baseline, the simplest first: [n] or, for rfm, [n, 3]."""
    past, test = parts.before_test, parts.test
    specs = learn_features(past, settings)
    known, asked = encode_frame(specs, past.frame), encode_frame(specs, test.frame)

    def card(kind: str) -> Floats:
        margin = fit_scorecard(kind, specs, known, past.y, past.w, past.class_count).margin(asked)
        return softmax(margin) if past.class_count > 2 else sigmoid(margin[:, 0])

    if past.class_count > 2:
        return {"stay": card("prior"), "markov": card("markov")}
    usual = {"base_rate": card("prior"), "naive_bayes": card("naive_bayes"), "logistic": card("logistic")}
    return usual if past.model != "churn" else {**usual, **churn_baselines(past, parts.past, test)}
