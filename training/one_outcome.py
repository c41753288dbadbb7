"""A frequent value that goes with one outcome alone: somebody writes it when the outcome is known, or it is a rule.

The whole column need not be telling: a status that says "cancelled" of every lost lead also says "checked out" of leads
whose outcome came after the horizon. It is a suspicion: a rule of the business ("never sold abroad") looks the same.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.encoding import as_category
from training.after_closing import Quarantined, is_static
from training.dataset import Dataset, FeatureLike

LEAST_SHARE = 0.04  # of the cases
LEAST_EXPECTED = 30.0  # cases of the other outcome that the value would have if it said nothing
MOST_OF_EXPECTED = 0.02  # it has at most this part of them
SLOWER = 0.02  # share of lost cases that ended before the horizon, less than among all lost ones


def one_outcome(fit: Dataset, feature: FeatureLike, decided: Dataset | None = None) -> Quarantined | None:
    """The finding, or None; of categories, of numbers with two values, and of any column that is filled for some.

    decided: the rows of fit that ended before the horizon. That a value is of the won alone is seen there, for a win
    after the horizon has it too; that it is of the lost alone is not, for what is slow to win would look the same.
    """
    return _in(fit, feature, ("lost", "won")) or (_in(decided, feature, ("won",)) if decided else None)


def _in(fit: Dataset, feature: FeatureLike, outcomes: tuple[str, ...]) -> Quarantined | None:
    column = fit.frame[feature.name]
    if not is_static(fit, column):
        return None
    first = np.unique(fit.entity, return_index=True)[1]
    column, won = column.iloc[first], fit.is_positive[first]
    ended = (fit.known_at < fit.max_known_at)[first]  # before the horizon passed
    for value, has in _values(column, feature):
        count = int(has.sum())
        wins, base = int(won[has].sum()), float(won.mean())
        outcome = _only(wins, count, base) if count >= LEAST_SHARE * len(has) else None
        # What is slow to end is not won within the horizon either, and honestly so.
        is_slow = outcome == "lost" and ended[has].mean() < ended[~won].mean() - SLOWER
        if outcome in outcomes and not is_slow:
            return _suspected(feature.name, value, count, wins / count, base, str(outcome))
    return None


def _values(column: pd.Series, feature: FeatureLike) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Each value of a category or a number of two, the frequent ones first; and that there is a value at all."""
    if feature.kind != "number" or column.nunique() <= 2:
        values = column.map(as_category)
        yield from ((str(value), (values == value).to_numpy()) for value in values.value_counts().index)
    is_filled = column.notna().to_numpy()
    if not is_filled.all():
        yield "filled", is_filled


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
