"""Moments as days before another moment."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from crm_core.funnel.figures import DAY


def days_before(end: Any, moments: Any) -> npt.NDArray[np.float64]:
    """Days from each moment to `end`; negative after it, NaN for NaT.

    >>> days_before(np.datetime64("2026-03-02"), np.array(["2026-03-01"], "datetime64[us]")).tolist()
    [1.0]
    """
    return np.asarray((end - np.asarray(moments)) / DAY, np.float64)
