"""Dimensions by which the funnel is cut: channel, region, rep, size band, any attribute."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_core.errors import UnknownDimensionError
from crm_core.funnel.facts import FunnelFacts
from crm_core.funnel.records import record_column

NONE, OTHER = "(none)", "(other)"
_NAMES = {"channel": "channel_id", "rep": "rep_id"}
NAMED = ("channel", "region", "product", "campaign", "team", "rep", "industry", "size_band")
_FROM_CUSTOMER = {"industry", "region", "employee_count"}  # what a lead leaves out, its customer may tell
_BANDS = 4


@dataclass(frozen=True)
class Groups:
    """The groups of a dimension: `codes` gives each lead its place in `labels`."""

    name: str | None
    codes: npt.NDArray[np.int64]
    labels: list[str]


def groups_of(facts: FunnelFacts, name: str | None) -> Groups:
    """The leads' groups by a dimension; None: all in one.

    `name`: one of NAMED, a column of leads, an attribute of leads, or `customer.` and an attribute of customers. Values
    beyond the most frequent `funnel.max_groups` are taken together; a number with more values is cut at its quartiles.

    Raises
    ------
    UnknownDimensionError: there is no such dimension.
    """
    if name is None:
        return Groups(None, np.zeros(len(facts.leads), np.int64), ["all"])
    values = _values(facts, name)
    if name == "size_band":
        return _banded(name, values, [float(bound) for bound in facts.funnel.size_bands])
    if pd.api.types.is_bool_dtype(values.dropna().infer_objects()):
        values = values.map({True: "true", False: "false"})
    number = pd.to_numeric(values, errors="coerce")
    if values.nunique() > facts.funnel.max_groups and number.notna().sum() == values.notna().sum():
        quartiles = np.quantile(number.dropna(), np.arange(1, _BANDS) / _BANDS)
        return _banded(name, number, sorted(set(quartiles.tolist())))
    return _named(name, values, facts.funnel.max_groups)


def dimension_names(facts: FunnelFacts) -> list[str]:
    """Every dimension there is."""
    own = sorted({slug for (entity, _), slug in facts.slugs.items() if entity == "lead"})
    customers = sorted({f"customer.{slug}" for (entity, _), slug in facts.slugs.items() if entity == "customer"})
    return [*NAMED, *own, *customers]


def _values(facts: FunnelFacts, name: str) -> pd.Series[Any]:
    column = "employee_count" if name == "size_band" else _NAMES.get(name, name)
    try:
        if name.startswith("customer."):
            return _of_customer(facts, name.removeprefix("customer."))
        values = record_column(facts, "lead", column)
    except UnknownDimensionError:
        known = ", ".join(dimension_names(facts))
        raise UnknownDimensionError(f"A dimension must be one of {known}, but got {name!r}.") from None
    return values.where(values.notna(), _of_customer(facts, column)) if column in _FROM_CUSTOMER else values


def _of_customer(facts: FunnelFacts, column: str) -> pd.Series[Any]:
    return facts.leads["customer_id"].map(record_column(facts, "customer", column))


def _named(name: str, values: pd.Series[Any], max_groups: int) -> Groups:
    texts = values.map(str, na_action="ignore")
    counts = texts.value_counts()
    top = sorted(counts.index, key=lambda label: (-counts[label], label))[:max_groups]
    labels = [*top, *([OTHER] if len(counts) > max_groups else []), *([NONE] if texts.isna().any() else [])]
    place = {label: number for number, label in enumerate(labels)}
    default = place.get(OTHER, 0)
    codes = texts.map(lambda label: place.get(label, default), na_action="ignore").astype(float)
    codes = codes.fillna(place.get(NONE, 0))
    return Groups(name, codes.to_numpy().astype(np.int64), labels)


def _banded(name: str, values: pd.Series[Any], bounds: list[float]) -> Groups:
    number = values.to_numpy(float)
    has_none = np.isnan(number)
    codes = np.where(has_none, len(bounds) + 1, np.searchsorted(bounds, number, side="right"))
    words = [f"{bound:g}" for bound in bounds]
    labels = [f"<{words[0]}", *(f"{low} to <{high}" for low, high in pairwise(words))]
    labels += [f">={words[-1]}", *([NONE] if has_none.any() else [])]
    return Groups(name, codes.astype(np.int64), labels)
