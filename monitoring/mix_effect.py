"""How much of a change of a mean comes from who came in, and how much from what each kind is worth.

    change = sum_g (s1_g - s0_g) (m0_g + m1_g) / 2      the mix
           + sum_g (m1_g - m0_g) (s0_g + s1_g) / 2      the rates

with s the share and m the mean of group g before (0) and now (1). The two parts sum to the change exactly.

Source: E. M. Kitagawa, "Components of a difference between two rates", J. Am. Stat. Assoc. 50, 1955.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd


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
    groups_before: pd.Series[Any],
    values_before: npt.NDArray[np.float64],
    groups_now: pd.Series[Any],
    values_now: npt.NDArray[np.float64],
) -> MixEffect:
    """Split the change of the mean value between two windows by group.

    A group that is absent from one window has the same mean in both, so that its whole effect is mix.

    Parameters
    ----------
    groups_*, values_*: group and value of each row, at least one row a window, no value missing.
    """
    before = _by_group(groups_before, values_before).add_suffix("_before")
    now = _by_group(groups_now, values_now).add_suffix("_now")
    both = before.join(now, how="outer")
    shares = both[["share_before", "share_now"]].fillna(0.0)
    mean_before = both["mean_before"].fillna(both["mean_now"])
    mean_now = both["mean_now"].fillna(both["mean_before"])
    mix = (shares["share_now"] - shares["share_before"]) * (mean_before + mean_now) / 2
    rate = (mean_now - mean_before) * (shares["share_before"] + shares["share_now"]) / 2
    return MixEffect(float(values_before.mean()), float(values_now.mean()), float(mix.sum()), float(rate.sum()))


def _by_group(groups: pd.Series[Any], values: npt.NDArray[np.float64]) -> pd.DataFrame:
    named = groups.astype(object).where(groups.notna(), "").astype(str).to_numpy()
    frame = pd.DataFrame({"group": named, "value": values})
    grouped = frame.groupby("group")["value"]
    return pd.DataFrame({"share": grouped.size() / len(frame), "mean": grouped.mean()})
