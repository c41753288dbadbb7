"""The cases of an anomaly: which leads stood in the stage now and before, who moved on and who still stands there.

A window is `days` long; window 0 ends at the moment looked at, window 1 ends where it begins, and so on; window -1
begins where window 0 ends. A case is a stay in the stage in one window: a lead that stands there for long is a case of
each window it stood in. So a pile lowers the share that moves on although nobody has been lost yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_core.funnel.figures import DAY, is_forward
from monitoring.diagnosis.ages import days_before
from monitoring.diagnosis.facts import CaseFacts

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Moments = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class Cases:
    """Cases of one stage, or of one milestone.

    Attributes
    ----------
    stage: its name; place: its place in the funnel.
    days, windows: length of a window and how many the current one is compared with.
    end: end of the current window.
    lead: [n] row of the lead. window: [n] 0 for the current one.
    is_hit: [n] moved on to a later stage in the window, or met the milestone.
    stands: [n] still stands in the stage at the window's end; never for a milestone.
    is_fresh: [n] came into the stage within the window: unlike all cases, as old on average in every window.
    is_stock: the pile is what is judged, so the stuck are those that stand; else those that did not move on.
    """

    stage: str
    place: int
    days: int
    windows: int
    end: np.datetime64
    lead: Ints
    window: Ints
    is_hit: Bools
    stands: Bools
    is_fresh: Bools
    is_stock: bool = True

    @property
    def is_now(self) -> Bools:
        """[n] cases of the current window."""
        return np.asarray(self.window == 0)

    @property
    def is_stuck(self) -> Bools:
        """[n] cases that count as stuck, in whichever window."""
        return self.stands if self.is_stock else np.asarray(~self.is_hit)

    @property
    def window_ends(self) -> Moments:
        """[n] end of each case's window."""
        return np.asarray(self.end - self.window * self.days * DAY)

    def share(self, is_now: bool, without: Bools | None = None) -> float:
        """Share of the cases that moved on, now or before; NaN without a case."""
        mask = self.is_now == is_now
        if without is not None:
            mask = mask & ~without
        return float(self.is_hit[mask].mean()) if mask.any() else float("nan")

    def stock(self, is_now: bool) -> float:
        """Leads that stand in the stage now, or on average at the windows' ends before."""
        return float((self.stands & (self.is_now == is_now)).sum() / (1 if is_now else self.windows))


def stage_cases(facts: CaseFacts, place: int, days: int, windows: int, end: np.datetime64, is_stock: bool) -> Cases:
    """The cases of one stage in the window that ends at `end` and in so many before it; after it where negative."""
    stays = facts.funnel.stays
    mine = (stays["stage"] == place).to_numpy()
    rows, forward = stays[mine], is_forward(facts.funnel)[mine]
    numbers = [int(np.sign(windows)) * number for number in range(abs(windows) + 1)]
    parts = [_window(rows, forward, end - number * days * DAY, days, number) for number in numbers]
    table = pd.concat(parts, ignore_index=True)
    columns = {name: table[name].to_numpy() for name in ("lead", "window", "is_hit", "stands", "is_fresh")}
    name = facts.funnel.funnel.stages[place].name
    return Cases(name, place, days, abs(windows), end, **columns, is_stock=is_stock)


def milestone_cases(cases: pd.DataFrame, stage: str, place: int, days: int, windows: int, end: np.datetime64) -> Cases:
    """The cases of a milestone, as `crm_core.funnel.milestones` gives them; windows as in `stage_cases`."""
    age = days_before(end, cases["counted_at"]) / days
    inside = (age >= min(windows, 0)) & (age < max(windows, 0) + 1)
    return Cases(
        stage, place, days, abs(windows), end,
        cases["lead"].to_numpy()[inside], np.floor(age[inside]).astype(np.int64),
        cases["is_met"].to_numpy(bool)[inside], np.zeros(int(inside.sum()), bool), np.ones(int(inside.sum()), bool),
        is_stock=False,
    )  # fmt: skip


def _window(rows: pd.DataFrame, forward: Bools, end: Any, days: int, number: int) -> pd.DataFrame:
    entered, left = rows["entered_at"].to_numpy(), rows["left_at"].to_numpy()
    there = (entered <= end) & ~(left <= end - days * DAY)
    is_gone = left[there] <= end
    return pd.DataFrame(
        {
            "lead": rows["lead"].to_numpy()[there],
            "window": np.full(int(there.sum()), number),
            "is_hit": is_gone & forward[there],
            "stands": ~is_gone,
            "is_fresh": entered[there] > end - days * DAY,
        }
    )
