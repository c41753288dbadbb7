"""Features computed when they are asked for: how well the lead fits, and whether it may be sold to.

One function over arrays: Feast's on-demand view calls it for history, the online reader and the row path for one lead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from configs.sections import Features as FeatureSettings
from configs.sections import SizeFitRange
from features.schema import number

INPUTS = ("employee_count", "expected_amount", "budget", "product", "customer_overdue_count")
OUTPUTS = ("size_fit", "budget_ratio", "credit_hold", "prescreen")
FEATURES = [
    number("size_fit", "Customer size fit", "客户规模适配度"),
    number("budget_ratio", "Budget as a share of the expected amount", "预算占预计金额之比"),
]
SIZE_MISFIT = "firm_size_misfit"
BUDGET_MISFIT = "budget_misfit"
Array = NDArray[Any]
Columns = Mapping[str, Sequence[Any] | Array]


def lead_fit(columns: Columns, rules: FeatureSettings) -> dict[str, Array]:
    """`OUTPUTS` from `INPUTS`, arrays of one length n.

    size_fit: 1 while head count and budget lie in the product's range, falling linearly in the logarithm to 0 at a
    tenth of the lower or ten times the upper bound of head count, and linearly with the budget below its share;
    the lower of the two, NaN where neither is known. credit_hold: 1.0 or 0.0. prescreen: the reason code of what
    clearly does not fit, by head count alone or by budget alone, else None.
    """
    ratio = _budget_ratio(_numbers(columns["budget"]), _numbers(columns["expected_amount"]))
    head_count_fit = _head_count_fit(columns, rules)
    overdue = _numbers(columns["customer_overdue_count"])
    prescreen = np.full(len(ratio), None, dtype=object)
    prescreen[_below(ratio, rules.prescreen.min_budget_share)] = BUDGET_MISFIT
    prescreen[_below(head_count_fit, rules.prescreen.min_size_fit)] = SIZE_MISFIT
    return {
        "size_fit": np.fmin(head_count_fit, _budget_fit(columns, ratio, rules)),
        "budget_ratio": ratio,
        "credit_hold": (overdue >= rules.credit_hold_overdue_invoices).astype(np.float64),  # NaN, not known, is none
        "prescreen": prescreen,
    }


def with_lead_fit(frame: pd.DataFrame, rules: FeatureSettings) -> pd.DataFrame:
    """The frame with `OUTPUTS`."""
    return frame.assign(**lead_fit({name: frame[name].to_numpy() for name in INPUTS}, rules))


def on_demand_function(rules: FeatureSettings) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """`lead_fit` in the form of a pandas on-demand view."""

    def lead_fit_view(inputs: pd.DataFrame) -> pd.DataFrame:
        # Feast stores the function with the globals that its body names, and evaluates its annotations with them.
        outputs = pd.DataFrame(with_lead_fit(inputs, rules)[list(OUTPUTS)])
        return outputs.astype({"prescreen": "string"})

    return lead_fit_view


def _numbers(values: Sequence[Any] | Array) -> Array:
    if isinstance(values, np.ndarray) and values.dtype == np.float64:
        return values
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _below(values: Array, bound: float) -> Array:
    below: Array = values < bound  # NaN, not known, is not below
    return below


def _budget_ratio(budget: Array, amount: Array) -> Array:
    known = (amount > 0) & ~np.isnan(budget)
    ratio: Array = np.divide(budget, amount, out=np.full(len(amount), np.nan), where=known)
    return ratio


def _head_count_fit(columns: Columns, rules: FeatureSettings) -> Array:
    people = _numbers(columns["employee_count"])
    ranges = [_range(product, rules).employees for product in columns["product"]]
    low = np.array([bounds[0] for bounds in ranges], dtype=np.float64)
    high = np.array([bounds[1] for bounds in ranges], dtype=np.float64)
    safe = np.maximum(people, 0.1)
    decades = np.maximum(np.log10(np.maximum(low, 0.1) / safe), np.log10(safe / np.maximum(high, 0.1)))
    return 1.0 - np.clip(decades, 0.0, 1.0)


def _budget_fit(columns: Columns, ratio: Array, rules: FeatureSettings) -> Array:
    shares = np.array([_range(product, rules).budget_share for product in columns["product"]], dtype=np.float64)
    return np.clip(ratio / shares, 0.0, 1.0)


def _range(product: Any, rules: FeatureSettings) -> SizeFitRange:
    return rules.size_fit.products.get(product, rules.size_fit) if isinstance(product, str) else rules.size_fit
