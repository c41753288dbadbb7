"""Plain JSON values of what numpy, pandas and the stores hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from math import inf
from typing import Any

import numpy as np
import pandas as pd


def plain(value: Any) -> Any:
    """The value as JSON knows it; what is missing or not finite becomes None.

    >>> plain(np.float32(0.5)), plain(float("nan")), plain(np.bool_(True)), plain(datetime(2026, 1, 2))
    (0.5, None, True, '2026-01-02T00:00:00')
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float | np.floating | Decimal):
        number = float(value)
        return number if math.isfinite(number) else None
    if value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.item() if isinstance(value, np.generic) else str(value)


def plain_mapping(values: Mapping[str, Any]) -> dict[str, Any]:
    """Every value of a mapping as JSON knows it; most are floats already, and this is the hot path."""
    return {
        key: value if value is None or (value.__class__ is float and -inf < value < inf) else plain(value)
        for key, value in values.items()
    }
