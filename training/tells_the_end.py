"""A column that tells when a lead ended, such as the moment of its last change or the days it took.

What is written at the closing says how long the lead will live, and with a horizon that is half of the outcome. A plan
made at the beginning (an arrival, a planned closing) is met by some leads, hardly by most of the won and of the lost.
It is a suspicion: where every lead ends on the day planned, the plan looks the same.
"""

from __future__ import annotations

import numpy as np

from scoring.encoding import numbers_of
from training.after_closing import Quarantined
from training.dataset import Dataset, FeatureLike

LEAST_DAYS = 5.0  # of a case's life: in shorter ones every moment is near the end
LEAST_CASES = 30  # won, and lost, of such a life
NEAR_DAYS, NEAR_SHARE = 1.5, 0.1  # a moment is the end's when it is within one of the two of it
LEAST_NEAR = 0.5  # share of the won, and of the lost, for which it is
DAY = np.timedelta64(1, "D")


def tells_the_end(decided: Dataset, feature: FeatureLike) -> Quarantined | None:
    """The finding, or None. decided: rows whose known_at is the closing; moments are days from the row's own moment."""
    if feature.kind != "number":
        return None
    first = np.unique(decided.entity, return_index=True)[1]
    days = (decided.known_at[first] - decided.as_of[first]) / DAY
    told = numbers_of(decided.frame[feature.name].iloc[first])
    with np.errstate(invalid="ignore"):
        is_near = np.abs(told - days) <= np.maximum(NEAR_DAYS, NEAR_SHARE * days)
    is_long, is_won = days >= LEAST_DAYS, decided.is_positive[first]
    parts = [is_long & is_won, is_long & ~is_won]
    if min(part.sum() for part in parts) < LEAST_CASES:
        return None
    shares = [float(is_near[part].mean()) for part in parts]
    return _suspected(feature.name, *shares) if min(shares) >= LEAST_NEAR else None


def _suspected(name: str, won: float, lost: float) -> Quarantined:
    words = (f"{name} tells the day on which the lead ended, for {won:.0%} of the won and {lost:.0%} of the lost: it "
             "may be written when the outcome is known. Name it under `accept` if it is not.")  # fmt: skip
    return Quarantined(name, "tells_the_end", {"share_won": round(won, 4), "share_lost": round(lost, 4)}, words)
