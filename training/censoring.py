"""Outcomes that came in time stand for those that did not come yet.

At a boundary between two parts only outcomes known by then may be learnt from. Quick outcomes are known more often,
so each is weighted by the inverse of the chance that an outcome that quick was seen in time (inverse probability of
censoring weights: Robins and Rotnitzky 1992; Vock et al. 2016, J Biomed Inform 61:119-131). How long a row could be
watched, boundary - as_of, is known of every row, so its distribution needs no Kaplan-Meier estimate: it is counted.

That is right over all rows together, not among the newest: where losses take months to be known, every known lead of
the last weeks is a win, and a model would learn that the last weeks win. So rows count from the time on from which
both classes are about as likely to be known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Moments = NDArray[np.datetime64]
LEAST_WATCHED = 20  # rows of each class watched over their whole horizon, to count how quick outcomes are
ALIKE = 1.5
NO_TIME = np.timedelta64(0)


@dataclass(frozen=True, eq=False)
class Outcomes:
    """When rows were scored, when their outcome is known, at the latest too, and whether it is positive; all [n]."""

    as_of: Moments
    known_at: Moments
    max_known_at: Moments
    is_positive: NDArray[np.bool_]


def censoring_weights(rows: Outcomes, history: Outcomes, boundary: np.datetime64, most: float) -> NDArray[np.float64]:
    """Weight of each row at a boundary, [n]: 0 where the outcome is not known by then, else at most `most`.

    history: rows whose outcomes tell how quick each class is, those whose horizon was over by the boundary.

    >>> days = np.array(["2024-01-01", "2024-01-02", "2024-01-03"], dtype="datetime64[us]")
    >>> rows = Outcomes(days, days + np.timedelta64(2, "D"), days + np.timedelta64(9, "D"), np.array([True] * 3))
    >>> censoring_weights(rows, rows, np.datetime64("2024-01-04"), 10.0).tolist()
    [1.5, 1.5, 0.0]
    """
    watched, needed = boundary - rows.as_of, rows.known_at - rows.as_of
    counts = (watched > NO_TIME) & (watched >= alike_from(history, boundary))
    sorted_watched = np.sort(watched[counts])
    still_watched = len(sorted_watched) - np.searchsorted(sorted_watched, needed, side="left")
    weights = len(sorted_watched) / np.maximum(still_watched, 1)
    return np.where(counts & (rows.known_at <= boundary), np.minimum(weights, most), 0.0)


def alike_from(history: Outcomes, boundary: np.datetime64) -> np.timedelta64:
    """Time from which on the chances of the two classes to be known differ by no more than the factor ALIKE; none where
    too few rows were watched so long.
    """
    is_watched = history.max_known_at <= boundary
    needed = history.known_at - history.as_of
    classes = [np.sort(needed[is_watched & (history.is_positive == label)]) for label in (False, True)]
    if min(map(len, classes)) < LEAST_WATCHED:
        return NO_TIME
    times = np.unique(np.concatenate(classes))
    chances = np.stack([np.searchsorted(one, times, side="right") / len(one) for one in classes])
    unlike = np.flatnonzero(chances.max(axis=0) > ALIKE * chances.min(axis=0))
    return times[unlike[-1] + 1] if len(unlike) else NO_TIME
