"""What a lead without an expected amount is thought to be worth: the mean of leads like it, shrunk towards all.

The table is learnt at training (training/amount_table.py) and stands in the artefact's reference; a model without one
leaves such leads without an expected value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.encoding import as_category, as_number


def estimated_amount(table: Mapping[str, Any] | None, row: Mapping[str, Any]) -> float | None:
    """Expected amount in currency units by product and size of firm; None without a table.

    table: `reference["amounts"]`: ascending `sizes` (head counts at which a band begins), `overall` [bands + 1] and
    `products` {product: [bands + 1]} amounts; the last one is for a head count that is not known.

    >>> table = {"sizes": [50], "overall": [1.0, 2.0, 3.0], "products": {"lathe": [4.0, 5.0, 6.0]}}
    >>> estimated_amount(table, {"product": "lathe", "employee_count": 50}), estimated_amount(table, {"product": "saw"})
    (5.0, 3.0)
    """
    if not table:
        return None
    amounts = table["products"].get(as_category(row.get("product")) or "", table["overall"])
    people = as_number(row.get("employee_count"))
    return float(amounts[-1] if np.isnan(people) else amounts[int(np.searchsorted(table["sizes"], people, "right"))])


def estimated_amounts(table: Mapping[str, Any] | None, frame: pd.DataFrame) -> NDArray[np.float64]:
    """[n] `estimated_amount` of every row of a frame; NaN without a table."""
    if not table:
        return np.full(len(frame), np.nan)
    nothing = [None] * len(frame)
    products, people = (frame.get(name, nothing) for name in ("product", "employee_count"))
    rows = ({"product": one, "employee_count": size} for one, size in zip(products, people, strict=True))
    return np.array([estimated_amount(table, row) for row in rows], dtype=np.float64)
