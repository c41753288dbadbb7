"""What working the list from the top would have held: priority beside other orders, on the newest part.

Intervals are of 95 %, by a bootstrap of whole leads (percentiles; Davison and Hinkley 1997, section 5.3.1). All orders
are measured on the same samples, so that the interval of a difference is one of pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.bootstrap import draws
from training.dataset import Dataset

Floats = NDArray[np.float64]
SHARE = 0.2
AMOUNT = "expected_amount"
PRIORITY, PROBABILITY, CHANCE = "priority", "probability", "random"
BASELINES = ("amount", "age", CHANCE)  # what a firm without a model may go by
SAMPLES, LEAST_SAMPLES = 1000, 200
MAX_CELLS = 20_000_000  # leads x samples: more leads need fewer samples for as steady an interval


@dataclass(frozen=True, eq=False)
class Held:
    """Shares of each good that the first of each order hold.

    whole: [orders, goods]; sampled: [samples, orders, goods].
    """

    orders: list[str]
    goods: list[str]
    whole: Floats
    sampled: Floats

    def of(self, order: str) -> dict[str, Any]:
        """Per good the share and `<good>_interval`; chance has none, it is what happens on average."""
        row = self.orders.index(order)
        told: dict[str, Any] = {"money": None}
        for column, good in enumerate(self.goods):
            told[good] = _defined(self.whole[row, column])
            if order != CHANCE:
                told[f"{good}_interval"] = _interval(self.sampled[:, row, column])
        return told

    def beside_the_best(self, good: str) -> dict[str, Any]:
        """Priority less the best of the baselines. That is picked on these leads, which flatters it, not priority."""
        column, priority = self.goods.index(good), self.orders.index(PRIORITY)
        rows = [self.orders.index(name) for name in BASELINES if name in self.orders]
        best = max(rows, key=lambda row: float(self.whole[row, column]))
        return {
            "order": self.orders[best],
            "difference": _defined(self.whole[priority, column] - self.whole[best, column]),
            "interval": _interval(self.sampled[:, priority, column] - self.sampled[:, best, column]),
        }


def backtest(test: Dataset, p: Floats, seed: int, share: float = SHARE) -> dict[str, Any]:
    """Share of the wins and of the money won among the first `share` of the leads, per order, with intervals.

    Each lead counts once, at its first moment in the test part. Orders: priority (probability x amount), probability,
    amount, age (longest open first), random (what chance gives on average). A missing amount is the median of the
    others. Without any amount `money` is None, and priority is the order by probability. `against`: per good, priority
    less the best order that needs no model.
    """
    first = np.unique(test.entity, return_index=True)[1]
    leads, chance = test.take(first), p[first]
    amount = _amounts(leads)
    held = _held(_orders(leads, chance, amount), _goods(leads, amount), share, seed)
    return {
        "share": share, "leads": len(leads), "wins": int(leads.is_positive.sum()),
        "orders": {name: held.of(name) for name in held.orders},
        "against": {good: held.beside_the_best(good) for good in held.goods},
    }  # fmt: skip


def shares_held(ranks: NDArray[np.intp], goods: Floats, drawn: NDArray[np.int_], share: float) -> Floats:
    """[orders, goods] of one sample; NaN where it has nothing of a good.

    ranks: [orders, n], leads from the top; goods: [goods, n]; drawn: [n], how often each lead is in the sample.
    """
    limit = max(1, round(share * int(drawn.sum())))
    before = np.cumsum(drawn[ranks], axis=1) - drawn[ranks]
    taken = np.clip(limit - before, 0, drawn[ranks])
    held = np.einsum("gon,on->og", goods[:, ranks], taken)
    with np.errstate(invalid="ignore"):
        return np.asarray(held / (goods @ drawn), dtype=np.float64)


def _held(orders: dict[str, Floats], goods: dict[str, Floats], share: float, seed: int) -> Held:
    ranks = np.stack([np.argsort(-score, kind="stable") for score in orders.values()])
    won = np.stack(list(goods.values()))
    count = won.shape[1]
    samples = max(LEAST_SAMPLES, min(SAMPLES, MAX_CELLS // count))
    by_chance = np.full((1, len(goods)), share)
    once, *drawn = (
        np.vstack([shares_held(ranks, won, times, share), by_chance])
        for times in (np.ones(count, dtype=np.int_), *draws(np.arange(count), samples, seed))
    )
    return Held([*orders, CHANCE], list(goods), once, np.stack(drawn))


def _orders(leads: Dataset, chance: Floats, amount: Floats | None) -> dict[str, Floats]:
    """What each order goes by, the most first."""
    age = -leads.group_at.astype(np.float64)
    if amount is None:
        return {PRIORITY: chance, PROBABILITY: chance, "age": age}
    return {PRIORITY: chance * amount, PROBABILITY: chance, "amount": amount, "age": age}


def _goods(leads: Dataset, amount: Floats | None) -> dict[str, Floats]:
    wins = leads.is_positive.astype(np.float64)
    return {"wins": wins} if amount is None else {"wins": wins, "money": amount * wins}


def _amounts(leads: Dataset) -> Floats | None:
    if AMOUNT not in leads.frame.columns:
        return None
    amount = leads.frame[AMOUNT].to_numpy(dtype=np.float64)
    known = amount[~np.isnan(amount)]
    return np.where(np.isnan(amount), np.median(known), amount) if len(known) else None


def _interval(values: Floats) -> list[float] | None:
    """95 %, of the samples in which the figure is defined."""
    defined = values[np.isfinite(values)]
    return [float(edge) for edge in np.quantile(defined, [0.025, 0.975])] if len(defined) else None


def _defined(value: np.float64) -> float | None:
    return float(value) if np.isfinite(value) else None
