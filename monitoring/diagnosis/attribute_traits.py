"""Attributes of leads as traits: what the export has beyond the bundle's own columns.

Only leads created within `horizon_days` are read (the others are UNTOLD), each record once: a hundred thousand of them
would otherwise be parsed once per attribute. Values are those of the record, not of the change log.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from monitoring.diagnosis.ages import days_before
from monitoring.diagnosis.facts import CaseFacts
from monitoring.diagnosis.traits import UNTOLD, Trait

FEWEST = 10  # leads a value needs to be told apart
QUARTILES = (0.25, 0.5, 0.75)


def attribute_traits(facts: CaseFacts, horizon_days: int, most: int, max_groups: int) -> Iterator[Trait]:
    """Up to `most` attributes, by name, that tell at least two groups apart; texts of many values are left out."""
    slugs = sorted({slug for (entity, _), slug in facts.funnel.slugs.items() if entity == "lead"})[:most]
    leads = facts.funnel.leads
    recent = np.flatnonzero(days_before(facts.now, leads["created_at"]) < horizon_days)
    texts = leads["attributes"].to_numpy(object)[recent]
    records = [json.loads(text) if isinstance(text, str) else {} for text in texts]
    for slug in slugs:
        values = pd.Series([record.get(slug) for record in records], dtype=object)
        labels = _labels(values, max_groups)
        names = sorted(labels.dropna().unique())
        if len(names) > 1:
            codes = np.full(len(leads), len(names))
            codes[recent] = labels.map({name: place for place, name in enumerate(names)}).fillna(len(names)).astype(int)
            yield Trait(slug, "segment", [*names, UNTOLD], codes)


def _labels(values: pd.Series[Any], max_groups: int) -> pd.Series[Any]:
    """Groups of an attribute: its frequent values, or the quarters of a number with many."""
    texts = values.map(str, na_action="ignore")
    counts = texts.value_counts()
    if len(counts) <= max_groups:
        return texts.where(texts.map(counts).fillna(0) >= FEWEST)
    number = pd.to_numeric(values, errors="coerce")
    if number.notna().sum() < values.notna().sum():
        return pd.Series(np.nan, values.index, object)
    bounds = np.unique(number.quantile(QUARTILES))
    edges = [-np.inf, *bounds, np.inf]
    names = [f"<{bounds[0]:g}", *(f"from {bound:g}" for bound in bounds)]
    return pd.cut(number, edges, labels=names, right=False).astype(object)
