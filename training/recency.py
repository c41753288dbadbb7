"""Newer rows may count more: customers, channels and base rates move. How much more is chosen on time-ordered folds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.dataset import Dataset

DAY = np.timedelta64(1, "D")
SLOW_SHARE = 0.9


@dataclass(frozen=True)
class HalfLives:
    """Half-lives in days from shares of the history.

    least_days: the delay within which 90 % of the outcomes are known. Were the newest rows alone to count, only their
    quick outcomes would be known, and no weight can stand for slow ones that nobody has seen.
    """

    history_days: float
    least_days: float

    @classmethod
    def of(cls, past: Dataset) -> HalfLives:
        """From rows with known outcomes. Customers are only taken when their whole horizon is over: there is no such
        bias.
        """
        span = max(float((past.group_at.max() - past.group_at.min()) / DAY), 1.0)
        return cls(span, slow_delay_days(past) if past.is_by_entity else 0.0)

    def days(self, share: float) -> float | None:
        """Half-life of a share; None where all rows count alike (share 0)."""
        return max(share * self.history_days, self.least_days, 1.0) if share else None


def slow_delay_days(part: Dataset) -> float:
    """Days within which 90 % of the outcomes are known (weighted for those not known yet)."""
    delays = (part.known_at - part.as_of) / DAY
    order = np.argsort(delays, kind="stable")
    cumulative = np.cumsum(part.w[order])
    return float(delays[order][np.searchsorted(cumulative, SLOW_SHARE * cumulative[-1])])


def by_recency(data: Dataset, half_life_days: float | None) -> Dataset:
    """The same rows, a row's weight halved for every half-life that it is older than the newest; None: as they are."""
    if half_life_days is None:
        return data
    age_days = (data.group_at.max() - data.group_at) / DAY
    return data.weighted(0.5 ** (age_days / half_life_days))
