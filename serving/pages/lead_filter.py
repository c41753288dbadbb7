"""Which leads of the board are shown: filters, search and order, as typed into the address."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np
import pandas as pd

from crm_core.access import Scope
from serving.pages.page_request import PageRequest

GRADES = ("", "A", "B", "C", "D")
FLAGS = ("", "ready", "fits_week", "credit_hold", "prescreen", "misfit")
ORDERS = ("priority", "win_probability", "expected_value", "created_at")
MISFIT_BELOW = 0.5  # a size fit at which a row is marked
MAX_PAGE = 1_000_000


@dataclass(frozen=True)
class LeadFilter:
    """What a visitor asked for; empty words ask for everything."""

    search: str = ""
    grade: str = ""
    stage: str = ""
    channel: str = ""
    rep: str = ""
    flag: str = ""
    order: str = "priority"
    page: int = 1

    @classmethod
    def of(cls, asked: PageRequest) -> LeadFilter:
        """From the address.

        Raises
        ------
        UnprocessableError: a value that there is none of.
        """
        return cls(
            search=asked.text("q"),
            grade=asked.choice("grade", GRADES),
            stage=asked.text("stage"),
            channel=asked.text("channel"),
            rep=asked.text("rep"),
            flag=asked.choice("flag", FLAGS),
            order=asked.choice("order", ORDERS),
            page=asked.number("page", 1, 1, MAX_PAGE),
        )

    def select(self, table: pd.DataFrame, scope: Scope, own_reps: Collection[str]) -> pd.DataFrame:
        """Rows of the board that are asked for, of the reps that the scope's SQL gave, in the order asked for."""
        kept = np.ones(len(table), bool) if scope.is_everybody else table["rep_id"].isin(list(own_reps)).to_numpy(bool)
        for column, value in (
            ("grade", self.grade),
            ("stage", self.stage),
            ("channel_id", self.channel),
            ("rep_id", self.rep),
        ):
            if value:
                kept &= (table[column] == value).to_numpy(bool)
        for word in self.search.casefold().split():
            kept &= table["haystack"].str.contains(word, regex=False).to_numpy(bool)
        rows = table[kept & _has_flag(table, self.flag)]
        return rows if self.order == "priority" else rows.sort_values(self.order, ascending=False, kind="stable")

    def address(self, path: str = "/leads", **changed: object) -> str:
        """The address of this list with something changed; values that say nothing are left out."""
        names = {"search": "q"}
        values = {**vars(self), **changed}
        told = {names.get(name, name): value for name, value in values.items() if value != getattr(LeadFilter, name)}
        return f"{path}?{urlencode(told)}" if told else path


def _has_flag(table: pd.DataFrame, flag: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    is_held, is_sorted_out = table["credit_hold"].to_numpy(bool), table["prescreen"].notna().to_numpy(bool)
    masks = {
        "ready": ~is_held & ~is_sorted_out,
        "fits_week": table["fits_this_week"].eq(other=True).to_numpy(bool),
        "credit_hold": is_held,
        "prescreen": is_sorted_out,
        "misfit": (table["size_fit"].astype(float) < MISFIT_BELOW).to_numpy(bool),
    }
    return masks.get(flag, np.ones(len(table), bool))
