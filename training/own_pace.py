"""BG/NBD as a rung for churn, fit to the customers' purchases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.bg_nbd import History
from scoring.calibration import sigmoid
from scoring.feature_spec import FeatureSpec
from scoring.pace import PACE_COLUMNS, Pace
from scoring.scorecard import Scorecard
from training.bg_nbd import fit_bg_nbd
from training.calibrate import fit_offset
from training.dataset import Dataset

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32]
MOST_NOW = 20_000  # enough for a mean


@dataclass(frozen=True, eq=False)
class Customers:
    """What each customer bought until the last row of them, how many days ahead one looks, and rows of the newest
    date, at most `MOST_NOW`: of customers as they are to be scored.
    """

    history: History
    horizon_days: int
    now: pd.DataFrame

    @classmethod
    def of(cls, part: Dataset) -> Customers | None:
        """Those of a part, whether their outcomes are known or not; None for other models than churn."""
        if part.model != "churn" or not set(PACE_COLUMNS) <= set(part.frame):
            return None
        now = np.flatnonzero(part.as_of == part.as_of.max())
        now = now[:: max(-(-len(now) // MOST_NOW), 1)]
        return cls(history_of(part.take(newest_rows(part.entity))), part.horizon_days, part.frame.iloc[now])


def history_of(part: Dataset) -> History:
    """Purchases in days until each row, as BG/NBD counts them."""
    count, tenure, recency = (part.frame[name].to_numpy(dtype=np.float64) for name in PACE_COLUMNS)
    return History.of(count, tenure, recency)


def has_pace(specs: Sequence[FeatureSpec]) -> bool:
    """Whether the columns that BG/NBD counts are there; one may be missing, constant or quarantined."""
    return set(PACE_COLUMNS) <= {spec.name for spec in specs}


def newest_rows(entity: NDArray[np.int_]) -> NDArray[np.intp]:
    """Position of each entity's last row, rows being in the order of time: it holds the whole history until then.

    >>> newest_rows(np.array([7, 3, 7])).tolist()
    [1, 2]
    """
    return np.sort(len(entity) - 1 - np.unique(entity[::-1], return_index=True)[1])


def fit_pace(specs: Sequence[FeatureSpec], encoded: Matrix, customers: Customers) -> Scorecard:
    """A scorecard of the pace alone; values are explained against the middle of the encoded rows.

    Raises
    ------
    BgNbdError: there are no purchases, or no parameters are most likely.
    """
    names = [spec.name for spec in specs]
    count, tenure, recency = (names.index(name) for name in PACE_COLUMNS)
    values = encoded[:, [count, tenure, recency]].astype(np.float64)
    known = values[History.of(*values.T).is_known]
    middle = np.median(known, axis=0) if len(known) else np.zeros(3)
    model = fit_bg_nbd(customers.history)
    average = (float(middle[0]), float(middle[1]), float(middle[2]))
    pace = Pace(model, customers.horizon_days, (count, tenure, recency), average)
    return Scorecard("bg_nbd", np.array([pace.base]), pace=pace)


def offset_between(margin: Floats, pace: Floats) -> float:
    """What to add to the first log-odds for them to have the mean probability of the second, of the same rows."""
    return fit_offset(margin, sigmoid(pace), np.ones(len(margin)))


def led_by_date(margin: Floats, pace: Floats, as_of: NDArray[np.datetime64]) -> Floats:
    """The first log-odds with the mean probability of the second at each date, [n]: the level of the customers of that
    day, which needs no outcome of theirs.
    """
    result = margin.copy()
    for day in np.unique(as_of):
        rows = as_of == day
        result[rows] += offset_between(margin[rows], pace[rows])
    return result
