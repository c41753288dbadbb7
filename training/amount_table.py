"""Learn what leads without an amount are worth (scoring/amounts.py): empirical Bayes in two steps on log amounts.

A product's deviation from the mean of all, then a size band's within the product, each shrunk by n / (n + s2 / t2): s2
the spread of leads within a group, t2 that between the groups, by the method of moments (Efron and Morris 1975;
DerSimonian and Laird 1986). Back from logarithms by Duan's smearing factor (1983), since value is a mean, no median.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.encoding import as_category, numbers_of
from training.dataset import Dataset

Floats = NDArray[np.float64]
AMOUNT, PRODUCT, PEOPLE = "expected_amount", "product", "employee_count"
LEAST_LEADS = 30
UNKNOWN = ""


def amount_table(past: Dataset, size_bands: list[int]) -> dict[str, Any] | None:
    """The table of `estimated_amount`, from each lead's last row in the past; None with too few known amounts."""
    if not past.is_by_entity or AMOUNT not in past.frame.columns:
        return None
    last = pd.Series(np.arange(len(past))).groupby(past.entity).last().to_numpy()
    frame = past.frame.iloc[last]
    amount = numbers_of(frame[AMOUNT])
    frame, known = frame[amount > 0], amount[amount > 0]
    if len(known) < LEAST_LEADS:
        return None
    log, products, bands = np.log(known), _products(frame), _bands(frame, size_bands)
    base = float(log.mean())
    names, by_product = np.unique(products, return_inverse=True)
    of_product = deviations(log - base, by_product, len(names))
    count = len(size_bands) + 2
    cells = by_product * count + bands
    of_cell = deviations(log - base - of_product[by_product], cells, len(names) * count)
    told = base + of_product[by_product] + of_cell[cells]
    smear = float(np.mean(np.exp(log - told)))
    of_band = deviations(log - base, bands, count)
    values = base + of_product[:, None] + of_cell.reshape(len(names), count)
    return {
        "sizes": list(size_bands), "leads": len(known), "overall": _amounts(base + of_band, smear),
        "products": {str(n): _amounts(row, smear) for n, row in zip(names, values, strict=True) if n != UNKNOWN},
    }  # fmt: skip


def deviations(residual: Floats, group: NDArray[np.intp], count: int) -> Floats:
    """Shrunk mean of the residuals of each of `count` groups; 0 for one without rows.

    >>> deviations(np.array([3.0, 1.0, -1.0, -3.0]), np.array([0, 0, 1, 1]), 3).round(3).tolist()
    [1.75, -1.75, 0.0]
    """
    size = np.bincount(group, minlength=count).astype(float)
    mean = np.divide(np.bincount(group, residual, minlength=count), size, out=np.zeros(count), where=size > 0)
    groups, rows = int((size > 0).sum()), float(size.sum())
    within = float(((residual - mean[group]) ** 2).sum() / max(rows - groups, 1.0))
    spread = rows - float((size**2).sum()) / rows
    overall = float(residual.mean())
    between = float((size * (mean - overall) ** 2).sum()) - (groups - 1) * within
    variance = max(0.0, between / spread) if spread > 0 else 0.0
    weight: Floats = np.divide(
        size * variance, size * variance + within, out=np.zeros(count), where=size * variance > 0
    )
    shrunk: Floats = weight * mean
    return shrunk


def _amounts(logs: Floats, smear: float) -> list[float]:
    return [round(float(value), 2) for value in np.exp(logs) * smear]


def _products(frame: pd.DataFrame) -> NDArray[np.str_]:
    if PRODUCT not in frame.columns:
        return np.full(len(frame), UNKNOWN)
    return np.array([as_category(value) or UNKNOWN for value in frame[PRODUCT]], dtype=str)


def _bands(frame: pd.DataFrame, size_bands: list[int]) -> NDArray[np.intp]:
    unknown = len(size_bands) + 1
    if PEOPLE not in frame.columns:
        return np.full(len(frame), unknown)
    people = numbers_of(frame[PEOPLE])
    return np.where(np.isnan(people), unknown, np.searchsorted(size_bands, people, side="right"))
