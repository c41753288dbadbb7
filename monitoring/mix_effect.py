"""How much of a change comes from who came in, from what each kind is worth, and from how many there were.

Of a mean, with s the share and m the mean of group g before (0) and now (1):

    change = sum_g (s1_g - s0_g) (m0_g + m1_g) / 2      the mix
           + sum_g (m1_g - m0_g) (s0_g + s1_g) / 2      the rates

Of a total per day, with N the rows per day and M the mean:

    change = (N1 - N0) (M0 + M1) / 2                    the volume
           + (mix + rates of the mean) (N0 + N1) / 2

The parts sum to the change exactly. A group that is absent from one window has the same mean in both, so that its whole
effect is mix.

Source: E. M. Kitagawa, "Components of a difference between two rates", J. Am. Stat. Assoc. 50, 1955; the symmetric
two-factor form of P. Das Gupta, "Standardization and Decomposition of Rates", U.S. Bureau of the Census P23-186, 1993.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class MixEffect:
    """A change of a mean and its two parts, all in the unit of the values."""

    before: float
    now: float
    mix: float
    rate: float

    @property
    def change(self) -> float:
        """The whole change."""
        return self.now - self.before

    def to_json(self) -> dict[str, Any]:
        """All figures by name."""
        return {**asdict(self), "change": self.change}


def split_change(
    groups_before: pd.Series[Any], values_before: Floats, groups_now: pd.Series[Any], values_now: Floats
) -> MixEffect:
    """Split the change of the mean value between two windows by group.

    Parameters
    ----------
    groups_*, values_*: group and value of each row, at least one row a window, no value missing.
    """
    named = [
        groups.astype(object).where(groups.notna(), "").astype(str).to_numpy(str)
        for groups in (groups_before, groups_now)
    ]
    codes = np.unique(np.concatenate(named), return_inverse=True)[1]
    size, turn = int(codes.max()) + 1, len(values_before)
    parts = split_sums(
        *group_sums(codes[:turn], values_before, size), *group_sums(codes[turn:], values_now, size)
    )  # fmt: skip
    return MixEffect(
        float(values_before.mean()), float(values_now.mean()), float(parts["mix"].sum()), float(parts["rate"].sum())
    )


def group_sums(codes: npt.NDArray[np.int64], values: Floats, size: int) -> tuple[Floats, Floats]:
    """Rows and sum of values per group, each [size]."""
    rows = np.bincount(codes, minlength=size).astype(np.float64)
    return rows, np.bincount(codes, weights=values, minlength=size).astype(np.float64)


def split_sums(rows_before: Floats, sums_before: Floats, rows_now: Floats, sums_now: Floats) -> Mapping[str, Floats]:
    """Parts of the change of the mean per group; the last axis is the group, any axes before it are kept.

    Returns share_before, share_now, mean_before, mean_now, and `mix` and `rate`, which sum to the change. A group's mix
    is told against the mean of all, so that more of what is worth less than average counts as a loss; over the groups
    that makes no difference.
    """
    share_before = rows_before / rows_before.sum(axis=-1, keepdims=True)
    share_now = rows_now / rows_now.sum(axis=-1, keepdims=True)
    own_before, own_now = _mean(sums_before, rows_before), _mean(sums_now, rows_now)
    mean_before = np.nan_to_num(np.where(rows_before > 0, own_before, own_now))
    mean_now = np.nan_to_num(np.where(rows_now > 0, own_now, own_before))
    usual = (_overall(sums_before, rows_before) + _overall(sums_now, rows_now)) / 2
    return {
        "share_before": share_before,
        "share_now": share_now,
        "mean_before": mean_before,
        "mean_now": mean_now,
        "mix": (share_now - share_before) * ((mean_before + mean_now) / 2 - usual),
        "rate": (mean_now - mean_before) * (share_before + share_now) / 2,
    }


def _mean(sums: Floats, rows: Floats) -> Floats:
    return np.divide(sums, rows, out=np.full_like(sums, np.nan), where=rows > 0)


def _overall(sums: Floats, rows: Floats) -> Floats:
    result: Floats = sums.sum(axis=-1, keepdims=True) / rows.sum(axis=-1, keepdims=True)
    return result
