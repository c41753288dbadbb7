"""A frequent value that goes with one outcome alone: somebody writes it when the outcome is known, or it is a rule.

The whole column need not be telling: a status that says "cancelled" of every lost lead also says "checked out" of leads
whose outcome came after the horizon. It is a suspicion: a rule of the business ("never sold abroad") looks the same.
Of a value whose cases take longer one outcome is known first, such as a cancelled booking for next summer; what became
of the same and later cases since tells this from a leak.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.encoding import as_category
from training.after_closing import Quarantined, is_static
from training.dataset import Dataset, FeatureLike

LEAST_SHARE = 0.04  # of the cases
LEAST_EXPECTED = 30.0  # cases of the other outcome that the value would have if it said nothing
MOST_OF_EXPECTED = 0.02  # it has at most this part of them
FILLED = "filled"
MOST_SINCE = 0.05  # and, among the cases known later on, at most this part
SLOWER = 0.02  # share of lost cases that ended before the horizon, less than among all lost ones


def one_outcome(
    fit: Dataset, feature: FeatureLike, decided: Dataset | None = None, since: Sequence[Dataset] = ()
) -> Quarantined | None:
    """The finding, or None; of categories, of numbers with two values, and of any column that is filled for some.

    decided: the rows of fit that ended before the horizon. That a value is of the won alone is seen there, for a win
    after the horizon has it too; that it is of the lost alone is not, for what is slow to win would look the same.
    since: fit and decided with what was known later on, if it was.
    """
    parts = [(fit, ("lost", "won")), *([(decided, ("won",))] if decided else [])]
    for number, (part, outcomes) in enumerate(parts):
        found = _in(part, feature, outcomes, since[number] if since else None)
        if found is not None:
            return found
    return None


def _in(fit: Dataset, feature: FeatureLike, outcomes: tuple[str, ...], since: Dataset | None) -> Quarantined | None:
    if not is_static(fit, fit.frame[feature.name]):
        return None
    column, won, ended = _cases(fit, feature)
    for value, has in _values(column, feature):
        count = int(has.sum())
        wins, base = int(won[has].sum()), float(won.mean())
        outcome = _only(wins, count, base) if count >= LEAST_SHARE * len(has) else None
        # What is slow to end is not won within the horizon either, and honestly so.
        is_slow = outcome == "lost" and ended[has].mean() < ended[~won].mean() - SLOWER
        if outcome in outcomes and not is_slow and (since is None or _still(since, feature, value, str(outcome))):
            return _suspected(feature.name, value, count, wins / count, base, str(outcome))
    return None


def _cases(part: Dataset, feature: FeatureLike) -> tuple[pd.Series, NDArray[np.bool_], NDArray[np.bool_]]:
    """Per case at its first row the value, whether it was won, and whether it ended before the horizon passed."""
    first = np.unique(part.entity, return_index=True)[1]
    ended = (part.known_at < part.max_known_at)[first]
    return part.frame[feature.name].iloc[first], part.is_positive[first], ended


def _still(since: Dataset, feature: FeatureLike, value: str, outcome: str) -> bool:
    """Whether a value goes with the one outcome among these cases as well."""
    column, won, _ = _cases(since, feature)
    has = (column.notna() if value == FILLED else column.map(as_category) == value).to_numpy()
    other, usual = (won, won.mean()) if outcome == "lost" else (~won, 1 - won.mean())
    return bool(other[has].sum() <= MOST_SINCE * usual * has.sum())


def _values(column: pd.Series, feature: FeatureLike) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Each value of a category or a number of two, the frequent ones first; and that there is a value at all."""
    if feature.kind != "number" or column.nunique() <= 2:
        values = column.map(as_category)
        yield from ((str(value), (values == value).to_numpy()) for value in values.value_counts().index)
    is_filled = column.notna().to_numpy()
    if not is_filled.all():
        yield FILLED, is_filled


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
