"""How far a probability may be off: an 80 % range, and the count of comparable closed leads behind it.

Of as many closed leads scored alike as stand behind it, the share won lies within the range four times in five: it is
as wide as chance among so few, and as the model's bins strayed from the truth on leads that it had not seen, make it
(training/range_table.py). As distances in log-odds to either side of the probability they hold when the level moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.calibration import sigmoid

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ranges:
    """Of each probability: low and high [n] of its 80 % range, and count [n] of comparable closed cases."""

    low: Floats
    high: Floats
    count: NDArray[np.int_]


def ranges_of(table: Any, margin: Floats, log_odds: Floats) -> Ranges | None:
    """Ranges of rows; None for a model that has no table.

    table: `reference["ranges"]` of the artefact: ascending upper `edges` of the margin (one less than bins), `low` and
    `high` distances in log-odds, `count` per bin.
    """
    if not table:
        return None
    bins = np.searchsorted(np.array(table["edges"]), margin, side="right")
    low, high = np.array(table["low"])[bins], np.array(table["high"])[bins]
    return Ranges(sigmoid(log_odds + low), sigmoid(log_odds + high), np.array(table["count"], dtype=np.int_)[bins])
