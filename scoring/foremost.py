"""The rows of which the first by priority are some, of frames that come one after another and are not kept."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.lead_scores import ranks

SLACK = 2  # how many times the rows that may be wanted are held before the others are let go


class Foremost:
    """Holds the rows of the first `limit` leads of all that were added, and a few more.

    Which rank a lead without an amount takes depends on the amounts of all others. Among those with one and among those
    without one the order does not, so the first of each are held.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._frames: list[pd.DataFrame] = []
        self._figures: list[pd.DataFrame] = []
        self._floors = {False: -np.inf, True: -np.inf}  # by whether the amount is missing

    def add(self, frame: pd.DataFrame, figures: pd.DataFrame) -> None:
        """A frame of features, and of each row in it lead_id, win_probability, expected_value and is_last."""
        is_wanted = self._may_be_first(figures)
        self._frames.append(frame[is_wanted])
        self._figures.append(figures[is_wanted])
        if sum(map(len, self._frames)) > SLACK * 2 * self._limit:
            self._let_go()

    def rows(self) -> pd.DataFrame:
        """What is held, in the order in which it came."""
        return pd.concat(self._frames, ignore_index=True)

    def _may_be_first(self, figures: pd.DataFrame) -> NDArray[np.bool_]:
        is_missing, measure = _measures(figures)
        return measure >= np.where(is_missing, self._floors[True], self._floors[False])

    def _let_go(self) -> None:
        figures, frame = pd.concat(self._figures, ignore_index=True), self.rows()
        is_missing, measure = _measures(figures)
        rank = ranks(
            figures["win_probability"].to_numpy(), figures["expected_value"].to_numpy(),
            figures["is_last"].to_numpy(), figures["lead_id"].tolist(),
        )  # fmt: skip
        kept = []
        for group in (False, True):
            places = np.flatnonzero(is_missing == group)
            first = places[np.argsort(rank[places])[: self._limit]]
            if len(first) == self._limit:
                self._floors[group] = measure[first].min()
            kept.append(first)
        order = np.sort(np.concatenate(kept))
        self._frames, self._figures = [frame.iloc[order]], [figures.iloc[order]]


def _measures(figures: pd.DataFrame) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Whether each row's amount is missing, and what its place goes by: minus infinity for one that comes last."""
    probability, value = figures["win_probability"].to_numpy(), figures["expected_value"].to_numpy()
    is_missing = np.isnan(value)
    measure = np.where(is_missing, probability, value)
    return is_missing, np.where(figures["is_last"].to_numpy(), -np.inf, measure)
