"""A frequent value that goes with one outcome alone: somebody writes it when the outcome is known, or it is a rule.

The whole column need not be telling: a status that says "cancelled" of every lost lead also says "checked out" of leads
whose outcome came after the horizon. It is a suspicion: a rule of the business ("never sold abroad") looks the same.
"""

from __future__ import annotations

import numpy as np

from scoring.encoding import as_category
from training.after_closing import Quarantined, is_static
from training.dataset import Dataset, FeatureLike

LEAST_SHARE = 0.04  # of the cases
LEAST_EXPECTED = 30.0  # cases of the other outcome that the value would have if it said nothing
MOST_OF_EXPECTED = 0.02  # it has at most this part of them
SLOWER = 0.02  # share of lost cases that ended before the horizon, less than among all lost ones


def one_outcome(fit: Dataset, feature: FeatureLike) -> Quarantined | None:
    """The finding, or None; of categories and of numbers with two values."""
    column = fit.frame[feature.name]
    if not is_static(fit, column) or (feature.kind == "number" and column.nunique() > 2):
        return None
    first = np.unique(fit.entity, return_index=True)[1]
    values, won = column.iloc[first].map(as_category), fit.is_positive[first]
    ended = (fit.known_at < fit.max_known_at)[first]  # before the horizon passed
    for value, count in values.value_counts().items():
        has = (values == value).to_numpy()
        wins, base = int(won[has].sum()), float(won.mean())
        outcome = _only(wins, count, base) if count >= LEAST_SHARE * len(has) else None
        # What is slow to end is not won within the horizon either, and honestly so.
        is_slow = outcome == "lost" and ended[has].mean() < ended[~won].mean() - SLOWER
        if outcome is not None and not is_slow:
            return _suspected(feature.name, str(value), count, wins / count, base, outcome)
    return None


def _only(wins: int, count: int, base: float) -> str | None:
    """The one outcome of `count` cases; None where they have both, or are too few to say so."""
    for found, usual, outcome in ((wins, base * count, "lost"), (count - wins, (1 - base) * count, "won")):
        if usual >= LEAST_EXPECTED and found <= MOST_OF_EXPECTED * usual:
            return outcome
    return None


def _suspected(name: str, value: str, count: int, rate: float, base: float, outcome: str) -> Quarantined:
    words = (f"{name} is {value} for {count:,} cases, which are {outcome} but for {min(rate, 1 - rate):.1%} "
             f"({base:.0%} of all are won): it may be written when the outcome is known. Name it under `accept` if it "
             "is not.")  # fmt: skip
    evidence = {"cases": float(count), "win_rate": round(rate, 4), "base_rate": round(base, 4)}
    return Quarantined(name, "one_outcome", evidence, words)
