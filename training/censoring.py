"""Outcomes that came in time stand for those that did not come yet.

At a boundary between two parts only outcomes known by then may be learnt from. Quick outcomes are known more often,
so each is weighted by the inverse of the chance that an outcome that quick was seen in time (inverse probability of
censoring weights: Robins and Rotnitzky 1992; Vock et al. 2016, J Biomed Inform 61:119-131). How long a row could be
watched, boundary - as_of, is known of every row, so its distribution needs no Kaplan-Meier estimate: it is counted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def censoring_weights(
    as_of: NDArray[np.datetime64], known_at: NDArray[np.datetime64], boundary: np.datetime64, most: float
) -> NDArray[np.float64]:
    """Weight of each row at a boundary, [n]: 0 where the outcome is not known by then, else at most `most`.

    >>> days = np.array(["2024-01-01", "2024-01-02", "2024-01-03"], dtype="datetime64[us]")
    >>> censoring_weights(days, days + np.timedelta64(2, "D"), np.datetime64("2024-01-04"), 10.0).tolist()
    [1.5, 1.5, 0.0]
    """
    watched = boundary - as_of
    needed = known_at - as_of
    is_started = watched > np.timedelta64(0)
    is_known = is_started & (known_at <= boundary)
    sorted_watched = np.sort(watched[is_started])
    still_watched = len(sorted_watched) - np.searchsorted(sorted_watched, needed, side="left")
    weights = len(sorted_watched) / np.maximum(still_watched, 1)
    return np.where(is_known, np.minimum(weights, most), 0.0)
