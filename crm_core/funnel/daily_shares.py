"""Shares that are followed day by day: of what happened in the rolling days, how much went well."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from configs.sections import Alarms
from crm_core.funnel.figures import DAY
from crm_core.funnel.significance import UsualShare, below_line_p, low_share_p, usual_share

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class DayVerdict:
    """A rolling share on one day, beside its warning line (None: too little history to have one)."""

    hits: int
    rows: int
    line: float | None
    usual: UsualShare | None
    p_value: float
    is_low: bool

    @property
    def share(self) -> float:
        """The share; 0 without rows."""
        return self.hits / self.rows if self.rows else 0.0


class DailyShares:
    """Rows and hits per day; day 0 is the 24 hours up to as_of.

    Parameters
    ----------
    moments: [n] when each row counts, datetime64.
    is_hit: [n]
    now: as_of.
    line: the warning line; None: `drop` below what is usual, as a share of it.
    """

    def __init__(
        self,
        moments: npt.NDArray[np.datetime64],
        is_hit: npt.NDArray[np.bool_],
        now: np.datetime64,
        rules: Alarms,
        line: float | None,
        drop: float,
    ) -> None:
        self._rules, self._line, self._drop = rules, line, drop
        days = 2 * rules.period_days + rules.rolling_days + rules.history_days
        day = np.floor((now - moments) / DAY).astype(np.int64)
        inside = (day >= 0) & (day < days)
        self._rows = np.bincount(day[inside], minlength=days)
        self._hits = np.bincount(day[inside & is_hit], minlength=days)

    def counts(self, day: int) -> tuple[int, int]:
        """Hits and rows in the rolling days up to one day."""
        hits, rows = (int(c[day : day + self._rules.rolling_days].sum()) for c in (self._hits, self._rows))
        return hits, rows

    def on(self, day: int) -> DayVerdict:
        """The verdict on one day. A share is low when it is below the line and chance does not explain that.

        The line of the configuration is tested by the binomial distribution; one of the history by what stretches of
        `rolling_days` of the `history_days` before the period were like.
        """
        hits, rows = self.counts(day)
        if self._line is not None:
            p_value = below_line_p(hits, rows, self._line)
            return self._verdict(hits, rows, self._line, None, p_value)
        usual = self._usual(day)
        if usual is None or not rows:
            return DayVerdict(hits, rows, None, usual, 1.0, is_low=False)
        return self._verdict(hits, rows, usual.share * (1 - self._drop), usual, low_share_p(hits, rows, usual))

    def _verdict(self, hits: int, rows: int, line: float, usual: UsualShare | None, p_value: float) -> DayVerdict:
        is_low = rows >= self._rules.min_leads and hits < line * rows and p_value < self._rules.alpha
        return DayVerdict(hits, rows, line, usual, p_value, is_low)

    def _usual(self, day: int) -> UsualShare | None:
        width, start = self._rules.rolling_days, day + self._rules.period_days
        blocks = self._rules.history_days // width
        parts = [c[start : start + blocks * width].reshape(blocks, width).sum(axis=1) for c in (self._hits, self._rows)]
        usual = usual_share(*parts)
        return usual if usual and usual.rows >= self._rules.min_leads else None
