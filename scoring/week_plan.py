"""What of a priority list fits into each rep's remaining hours of the week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray


def fits_week(
    ranks: NDArray[np.int_],
    reps: Sequence[str | None],
    hours: Sequence[float],
    left_hours: Mapping[str, float],
    is_last: Sequence[bool],
) -> list[bool | None]:
    """Of each lead whether its next step fits into its rep's hours, those before it in the rep's list having theirs.

    Down the list every step that still fits takes its hours; one that does not leaves them to those after it (the
    greedy rule for the knapsack problem). is_last: under credit hold or sorted out, which gets no hours. None where the
    lead has no rep, or one whose hours are not known.

    >>> fits_week(np.array([1, 2, 3, 4]), ["a", "a", "a", None], [2, 3, 1, 1], {"a": 3.0}, [False] * 4)
    [True, False, True, None]
    """
    left = dict(left_hours)
    found: list[bool | None] = [None] * len(reps)
    for place in np.argsort(ranks, kind="stable"):
        rep = reps[place]
        if rep is None or rep not in left:
            continue
        fits = not is_last[place] and hours[place] <= left[rep] + 1e-9
        left[rep] -= hours[place] if fits else 0.0
        found[place] = fits
    return found
