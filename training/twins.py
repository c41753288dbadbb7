"""Two columns of one meaning of which one is written again at the end, such as the room asked for and the room given.

Neither gives the outcome away alone, and open leads have both; but where they differ, somebody has touched the lead
later, and that happens to one outcome. Suspected is the one of the two that tells the outcome better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from scoring.encoding import as_category
from training.after_closing import MIN_ROWS, Quarantined
from training.dataset import Dataset, FeatureLike

LEAST_SHARED_VALUES = 3  # yes and no stand in every second column
LEAST_EQUAL = 0.6  # share of the cases in which twins hold the same value
LEAST_ODDS_RATIO = 5.0  # of winning where they differ against where they do not, or the other way round
Z = 2.0  # standard errors by which the ratio must lie above it: Woolf, Ann. Hum. Genet. 19, 1955
SMOOTHING = 0.5


def twins(fit: Dataset, features: Sequence[FeatureLike], skills: Mapping[str, float]) -> list[Quarantined]:
    """The suspected column of each pair. features: the export's own columns; skills: AUC of each alone."""
    first = np.unique(fit.entity, return_index=True)[1]
    is_won = fit.is_positive[first]
    columns = {one.name: fit.frame[one.name].iloc[first].map(as_category) for one in features if one.kind == "category"}
    values = {name: set(column.dropna().unique()) for name, column in columns.items()}
    found: dict[str, Quarantined] = {}
    for one, other in combinations(columns, 2):
        if len(values[one] & values[other]) < LEAST_SHARED_VALUES:
            continue
        told = _differing(columns[one], columns[other], is_won)
        if told is not None:
            later, earlier = (one, other) if skills[one] > skills[other] else (other, one)
            found.setdefault(later, _suspected(later, earlier, *told))
    return list(found.values())


def _differing(one: pd.Series, other: pd.Series, is_won: np.ndarray) -> tuple[float, float, float] | None:
    """(share of the cases that differ, their win rate, that of the others) where both columns are twins and the
    outcome hangs on whether they differ.
    """
    is_known = (one.notna() & other.notna()).to_numpy()
    differs, won = (one != other).to_numpy()[is_known], is_won[is_known]
    if min(differs.sum(), (~differs).sum()) < MIN_ROWS or differs.mean() > 1 - LEAST_EQUAL:
        return None
    cells = SMOOTHING + np.array([[(won & differs).sum(), (~won & differs).sum()],
                                  [(won & ~differs).sum(), (~won & ~differs).sum()]])  # fmt: skip
    ratio, error = np.log(cells[0, 0] * cells[1, 1] / (cells[0, 1] * cells[1, 0])), np.sqrt((1 / cells).sum())
    if abs(ratio) - Z * error < np.log(LEAST_ODDS_RATIO):
        return None
    return float(differs.mean()), float(won[differs].mean()), float(won[~differs].mean())


def _suspected(later: str, earlier: str, share: float, rate: float, usual: float) -> Quarantined:
    words = (f"{later} differs from {earlier} in {share:.0%} of the cases, of which {rate:.0%} are won, and "
             f"{usual:.0%} of the others: it may be written again when the outcome is known. Name it under `accept` if "
             "it is not.")  # fmt: skip
    evidence = {"share_differing": round(share, 4), "win_rate_differing": round(rate, 4),
                "win_rate_equal": round(usual, 4)}  # fmt: skip
    return Quarantined(later, "changed_twin", evidence, words)
