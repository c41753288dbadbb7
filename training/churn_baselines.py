"""What churn models are measured against: what a shop would do without one.

recency     the rate of the past among customers whose last order is as long ago (twelfths of the past's customers)
bg_nbd      probability of no purchase within the horizon by BG/NBD (training/bg_nbd.py)
calendar    the rate of the past in the same weeks of earlier years; where there is none, the rate of the past
"""

from __future__ import annotations

from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from scoring.calibration import sigmoid
from scoring.encoding import encode_frame
from scoring.feature_spec import FeatureSpec
from scoring.pace import PACE_COLUMNS
from training.bg_nbd import fit_bg_nbd
from training.dataset import Dataset
from training.errors import BgNbdError
from training.own_pace import history_of, newest_rows
from training.scorecards import fit_scorecard

Floats = NDArray[np.float64]
DAY = np.timedelta64(1, "D")
YEAR_DAYS, SAME_WEEKS_DAYS = 365.2425, 21  # three weeks to either side: monthly landmarks have one within
RECENCY = "recency_days"


def churn_baselines(past: Dataset, seen: Dataset, test: Dataset) -> dict[str, Floats]:
    """Probabilities of the test rows; those that the data does not allow are left out.

    past: rows with outcomes known by the start of the test. seen: every row from before the test, known or not.
    """
    result = {"calendar": same_weeks(past, test)}
    if RECENCY in past.frame:
        result["recency"] = _recency_rule(past, test)
    if set(PACE_COLUMNS) <= set(past.frame):
        with suppress(BgNbdError):
            result["bg_nbd"] = _bg_nbd(past, seen, test)
    return result


def same_weeks(past: Dataset, test: Dataset) -> Floats:
    """[n] rate of the past at dates at most `SAME_WEEKS_DAYS` from the row's, whole years earlier."""
    rate = float(np.average(past.y, weights=past.w))
    result = np.full(len(test), rate)
    for moment in np.unique(test.as_of):
        years = (moment - past.as_of) / DAY / YEAR_DAYS
        is_same = (np.abs(years - np.round(years)) * YEAR_DAYS <= SAME_WEEKS_DAYS) & (np.round(years) >= 1)
        if is_same.any():
            result[test.as_of == moment] = np.average(past.y[is_same], weights=past.w[is_same])
    return result


def _recency_rule(past: Dataset, test: Dataset) -> Floats:
    specs = (FeatureSpec(RECENCY, "number", "", ""),)
    known, asked = encode_frame(specs, past.frame), encode_frame(specs, test.frame)
    return sigmoid(fit_scorecard("naive_bayes", specs, known, past.y, past.w, 2).margin(asked)[:, 0])


def _bg_nbd(past: Dataset, seen: Dataset, test: Dataset) -> Floats:
    """Fit on each customer's newest row: it holds the whole history until then."""
    model = fit_bg_nbd(history_of(seen.take(newest_rows(seen.entity))))
    asked, rate = history_of(test), float(np.average(past.y, weights=past.w))
    return np.where(asked.is_known, model.silent(asked, float(test.horizon_days)), rate)
