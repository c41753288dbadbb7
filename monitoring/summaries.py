"""What one column looked like in one window: the figures beside a drift verdict."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

TOP_CATEGORIES = 8


@dataclass(frozen=True)
class NumberSummary:
    """Present values of a number; None where there are none."""

    rows: int
    missing_share: float
    mean: float | None
    median: float | None
    low: float | None  # 10th percentile
    high: float | None  # 90th percentile

    def to_json(self) -> dict[str, Any]:
        """All figures by name."""
        return asdict(self)


@dataclass(frozen=True)
class CategorySummary:
    """Shares among the present values of a category, the largest first; the rest is what the shares lack to 1."""

    rows: int
    missing_share: float
    distinct: int
    shares: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """All figures by name."""
        return asdict(self)


Summary = NumberSummary | CategorySummary


def summarise_numbers(values: npt.NDArray[np.float64]) -> NumberSummary:
    """Figures of a number, shape [rows], NaN where missing."""
    present = values[~np.isnan(values)]
    missing_share = 1 - present.size / values.size if values.size else 0.0
    if present.size == 0:
        return NumberSummary(values.size, missing_share, None, None, None, None)
    low, median, high = (float(part) for part in np.quantile(present, [0.1, 0.5, 0.9]))
    return NumberSummary(values.size, missing_share, float(present.mean()), median, low, high)


def summarise_categories(values: pd.Series[str]) -> CategorySummary:
    """Figures of a category, None or NaN where missing."""
    shares = values.value_counts(normalize=True)
    # Ties in the order of their names, so that two runs say the same.
    ordered = sorted(
        ((str(name), float(share)) for name, share in shares.items()), key=lambda item: (-item[1], item[0])
    )
    missing_share = float(values.isna().mean()) if len(values) else 0.0
    return CategorySummary(len(values), missing_share, len(ordered), dict(ordered[:TOP_CATEGORIES]))


def biggest_mover(before: dict[str, float], now: dict[str, float]) -> str | None:
    """The category whose share changed most, the first by name among equals; None where there is none.

    >>> biggest_mover({"a": 0.5, "b": 0.5}, {"a": 0.4, "b": 0.5, "c": 0.1})
    'a'
    """
    names = sorted({*before, *now})
    return max(names, key=lambda name: round(abs(now.get(name, 0.0) - before.get(name, 0.0)), 12), default=None)
