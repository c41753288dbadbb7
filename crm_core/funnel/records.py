"""Single columns of leads and customers as their records stood: row, attributes and change log together."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

from crm_core.errors import UnknownDimensionError
from crm_core.funnel.facts import FunnelFacts

_KEYS = {"lead": "lead_id", "customer": "customer_id"}


def record_column(facts: FunnelFacts, entity: str, name: str) -> pd.Series[Any]:
    """A column or attribute of all leads or customers, by their row; None or NaN where nothing is known.

    `name`: of the bundle's column (amounts without `_cents`), or an attribute's name or slug. A logged change counts
    from its moment; a row version that was recorded later outranks it, unless it is backfilled: such a row says what
    was known when the history was loaded, at an unknown moment.

    Raises
    ------
    UnknownDimensionError: there is no such column or attribute.
    """
    records = facts.leads if entity == "lead" else facts.customers
    column = f"{name}_cents" if f"{name}_cents" in records else name
    slug = facts.slugs.get((entity, name))
    if column in records and column != "attributes":
        values = records[column]
    elif slug is not None:
        values = _attribute(records, slug)
    else:
        raise UnknownDimensionError(
            f"A column of a {entity} must be one of the bundle or an attribute, but got {name!r}."
        )
    return _with_changes(facts, entity, slug or name, records, values)


def _attribute(records: pd.DataFrame, slug: str) -> pd.Series[Any]:
    texts = records["attributes"]
    mark = f'"{slug}":'  # most rows need not be parsed where few have it
    has = texts.str.contains(mark, regex=False, na=False).astype(bool)
    return texts.where(has, "{}").map(lambda text: json.loads(text).get(slug)).astype(object)


def _with_changes(
    facts: FunnelFacts, entity: str, name: str, records: pd.DataFrame, values: pd.Series[Any]
) -> pd.Series[Any]:
    log = facts.changes[(facts.changes["entity"] == entity) & (facts.changes["slug"] == name)]
    if log.empty:
        return values
    log = log.set_index("entity_id").reindex(records[_KEYS[entity]]).set_index(records.index)
    is_later = log["changed_at"].notna() & (
        (log["changed_at"] >= records["recorded_at"]) | records["is_backfilled"].eq(True)
    )
    told = log["value"]
    if pd.api.types.is_numeric_dtype(values):
        told = pd.to_numeric(told, errors="coerce") * (100 if f"{name}_cents" in records else 1)
    return pd.Series(np.where(is_later, told, values), values.index)
