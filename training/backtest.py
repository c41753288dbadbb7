"""What working the list from the top would have held: priority beside other orders, on the newest part."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.dataset import Dataset

Floats = NDArray[np.float64]
SHARE = 0.2
AMOUNT = "expected_amount"


def backtest(test: Dataset, p: Floats, share: float = SHARE) -> dict[str, Any]:
    """Share of the wins and of the money won among the first `share` of the leads, per order.

    Each lead counts once, at its first moment in the test part. Orders: priority (probability x amount), probability,
    amount, age (longest open first), random (what chance gives on average). A missing amount is the median of the
    others. Without any amount `money` is None, and priority is the order by probability.
    """
    first = np.unique(test.entity, return_index=True)[1]
    leads, chance = test.take(first), p[first]
    amount = _amounts(leads)
    worth = np.ones(len(leads)) if amount is None else amount
    orders = {"priority": chance * worth, "probability": chance, "amount": worth,
              "age": -leads.group_at.astype(np.float64)}  # fmt: skip
    if amount is None:
        del orders["amount"]
    rows = {name: _held(score, leads.is_positive, amount, share) for name, score in orders.items()}
    rows["random"] = {"wins": share, "money": None if amount is None else share}
    return {"share": share, "leads": len(leads), "wins": int(leads.is_positive.sum()), "orders": rows}


def _amounts(leads: Dataset) -> Floats | None:
    if AMOUNT not in leads.frame.columns:
        return None
    amount = leads.frame[AMOUNT].to_numpy(dtype=np.float64)
    known = amount[~np.isnan(amount)]
    return np.where(np.isnan(amount), np.median(known), amount) if len(known) else None


def _held(score: Floats, is_won: NDArray[np.bool_], amount: Floats | None, share: float) -> dict[str, float | None]:
    top = np.argsort(-score, kind="stable")[: max(1, round(share * len(score)))]
    money = None
    if amount is not None:
        won_money = amount * is_won
        money = float(won_money[top].sum() / max(won_money.sum(), 1e-12))
    return {"wins": float(is_won[top].sum() / max(is_won.sum(), 1)), "money": money}
