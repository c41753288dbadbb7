"""Which customers meet a tag's conditions, and the conditions in words."""

from __future__ import annotations

import pandas as pd

from configs.sections import Bounds, Tag, Tags
from crm_core.rule_version import rule_version


def meets(figures: pd.DataFrame, tag: Tag) -> pd.Series[bool]:
    """Per row of `figures` whether every condition holds; a figure that is not known (NaN) meets none."""
    met = pd.Series(data=True, index=figures.index)
    for name, bounds in tag.conditions.items():
        if bounds.min is not None:
            met &= figures[name] >= bounds.min
        if bounds.max is not None:
            met &= figures[name] <= bounds.max
    return met


def tag_rule_version(name: str, rules: Tags) -> str:
    """Version of the tag's conditions and of what its figures look back on; its texts do not count."""
    looks_back = rules.model_dump(mode="json", exclude={"tags"})
    conditions = {figure: bounds.model_dump() for figure, bounds in rules.tags[name].conditions.items()}
    return rule_version(name, conditions=conditions, looks_back=looks_back)


def in_words(conditions: dict[str, Bounds]) -> str:
    """The conditions as one line.

    >>> in_words({"order_count": Bounds(min=3), "recency_days": Bounds(max=60)})
    'order_count >= 3, recency_days <= 60'
    """
    parts = []
    for name, bounds in conditions.items():
        parts += [f"{name} >= {bounds.min:g}"] if bounds.min is not None else []
        parts += [f"{name} <= {bounds.max:g}"] if bounds.max is not None else []
    return ", ".join(parts)
