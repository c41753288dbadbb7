"""Shares of groups of very different sizes, each drawn towards that of all: three lucky leads make no best channel.

Beta-binomial: posterior mean and 95 % interval of Beta(m p + hits, m (1 - p) + misses) with p the share of all groups
and m the strength of the prior by moments (J. Kleinman, J. Am. Stat. Assoc. 68, 1973).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from monitoring.intervals import Interval

LEAST_PRIOR, MOST_PRIOR = 2.0, 500.0


@dataclass(frozen=True)
class Share:
    """A share of a group's cases: as counted, shrunk, and its 95 % interval."""

    hits: int
    rows: int
    shrunk: float
    interval: Interval

    @property
    def counted(self) -> float | None:
        """Hits over rows; None without rows."""
        return self.hits / self.rows if self.rows else None

    def to_json(self) -> dict[str, Any]:
        """All figures by name."""
        return {**vars(self), "interval": vars(self.interval), "counted": self.counted}


def shrunk_shares(hits: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]) -> list[Share]:
    """Shares of groups, each drawn towards that of all; the more alike the groups, the stronger.

    >>> [round(share.shrunk, 2) for share in shrunk_shares(np.array([3, 200]), np.array([3, 1000]))]
    [0.23, 0.2]
    """
    whole = float(hits.sum() / max(rows.sum(), 1))
    prior = _prior_strength(hits, rows, whole)
    a, b = prior * whole + hits, prior * (1 - whole) + rows - hits
    low, high = stats.beta.ppf([[0.025], [0.975]], np.maximum(a, 1e-6), np.maximum(b, 1e-6))
    return [
        Share(int(k), int(n), float(x / (x + y)), Interval(float(lo), float(hi)))
        for k, n, x, y, lo, hi in zip(hits, rows, a, b, low, high, strict=True)
    ]


def _prior_strength(hits: npt.NDArray[np.int64], rows: npt.NDArray[np.int64], whole: float) -> float:
    """Leads that the prior is worth, by moments: few where the groups differ more than chance makes them."""
    kept = rows > 0
    if kept.sum() < 2 or not 0 < whole < 1:
        return LEAST_PRIOR
    shares, n = hits[kept] / rows[kept], rows[kept].astype(float)
    between = float((n * (shares - whole) ** 2).sum() / n.sum())
    within = float((whole * (1 - whole) * len(n)) / n.sum())
    excess = max(between - within, 1e-9)
    return float(np.clip(whole * (1 - whole) / excess - 1, LEAST_PRIOR, MOST_PRIOR))
