"""Was the priority list right? The share of the wins, and of their money, that its top held, beside two rivals.

A list is what `score leads` ranked at one moment. It is judged by the wins of the `list_days` after it among its own
leads: which share had stood in its top fifth? A list drawn at random holds a fifth; one sorted by expected amount alone
is what a seller without a model would use.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from configs.sections.monitoring import LiveRules
from monitoring.intervals import Interval, wilson
from monitoring.live.resampling import percentile_interval

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ListWins:
    """Wins of the leads of one or several lists; arrays have one entry per win.

    leads, top: leads listed, and in the top. money: currency units. by_priority, by_amount: stood in the top of the
    list, and of one sorted by amount.
    """

    since: datetime
    until: datetime
    lists: int
    leads: int
    top: int
    money: Floats
    by_priority: Bools
    by_amount: Bools

    @classmethod
    def joined(cls, parts: Sequence[ListWins]) -> ListWins:
        """Several lists taken together; there is at least one."""
        return cls(
            min(part.since for part in parts), max(part.until for part in parts), len(parts),
            sum(part.leads for part in parts), sum(part.top for part in parts),
            np.concatenate([part.money for part in parts]),
            np.concatenate([part.by_priority for part in parts]),
            np.concatenate([part.by_amount for part in parts]),
        )  # fmt: skip

    def to_json(self, rules: LiveRules, seed: int) -> dict[str, Any]:
        """Shares of the wins and of the money, with 95 % intervals; `random` is what chance gives."""
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "lists": self.lists,
            "leads": self.leads,
            "top": self.top,
            "wins": len(self.money),
            "money": round(float(self.money.sum()), 2),
            "random": self.top / self.leads,
            "priority": _shares(self.by_priority, self.money, rules.samples, seed),
            "amount": _shares(self.by_amount, self.money, rules.samples, seed),
        }


def wins_of_list(
    scores: pd.DataFrame, since: datetime, until: datetime, wins: pd.DataFrame, rules: LiveRules
) -> ListWins:
    """What became of one list by `until`.

    Parameters
    ----------
    scores: one run of the score log. wins: (lead_id, won_at in UTC without zone, money), the first win of each lead.
    """
    moments = [np.datetime64(moment.replace(tzinfo=None), "us") for moment in (since, until)]
    inside = wins[(wins["won_at"] > moments[0]) & (wins["won_at"] <= moments[1])].set_index("lead_id")
    top = math.ceil(len(scores) * rules.list_top_share)
    ranked = scores.assign(by_priority=scores["priority"] <= top, by_amount=amount_ranks(scores) <= top)
    won = ranked[ranked["lead_id"].isin(inside.index)]
    return ListWins(
        since, until, 1, len(scores), top,
        inside["money"].reindex(won["lead_id"]).to_numpy(np.float64),
        won["by_priority"].to_numpy(bool), won["by_amount"].to_numpy(bool),
    )  # fmt: skip


def amount_ranks(scores: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Rank by expected amount alone, 1 is the largest; leads without one come last, ties by lead."""
    amount = (scores["expected_value"] / scores["win_probability"].where(scores["win_probability"] > 0)).round()
    order = np.lexsort((scores["lead_id"].to_numpy(str), -amount.fillna(-1.0).to_numpy(np.float64)))
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(1, len(order) + 1)
    return ranks


def due_lists(
    runs: Sequence[tuple[datetime, int, Any]], as_of: datetime, rules: LiveRules
) -> list[tuple[datetime, int, Any]]:
    """The runs that are judged, newest first: the last that is `list_days` old, and one per as many days before it.

    A gap of more than twice `list_days` ends the search for the newest: a list of last year is not last week's.
    """
    chosen: list[tuple[datetime, int, Any]] = []
    limit = as_of - timedelta(days=rules.list_days)
    for run in sorted(runs, key=lambda one: one[:2], reverse=True):
        if len(chosen) == rules.lists or (not chosen and run[0] < limit - timedelta(days=rules.list_days)):
            break
        if run[0] <= limit:
            chosen.append(run)
            limit = run[0] - timedelta(days=rules.list_days)
    return chosen


def _shares(in_top: Bools, money: Floats, samples: int, seed: int) -> dict[str, Any]:
    if not len(money):
        return {"wins": None, "wins_interval": None, "money": None, "money_interval": None}
    total = float(money.sum())
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, len(money), (samples, len(money)))
    sums = money[drawn].sum(axis=1)
    held = np.divide((money * in_top)[drawn].sum(axis=1), sums, out=np.full(samples, np.nan), where=sums > 0)
    return {
        "wins": float(in_top.mean()),
        "wins_interval": _pair(wilson(int(in_top.sum()), len(in_top))),
        "money": float((money * in_top).sum()) / total if total else None,
        "money_interval": _pair(percentile_interval(held)),
    }


def _pair(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]
