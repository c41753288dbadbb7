"""Edited values as a layer above the files: a flat mapping of dotted keys, each of which replaces what stands there.

A key may name a single value (`funnel.alarms.stock_growth`) or a whole mapping (`recognition.medals`), which is then
replaced and not merged, so that an entry can be taken away; a deeper key is laid over it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from configs.sections.base import Section

Overrides = dict[str, Any]

# What may be edited. The others hold addresses, names of secrets and what guards the door: files alone change them.
EDITABLE = (
    "funnel", "calendar", "playbook", "features", "rfm", "service_plan", "tags", "recognition", "commission",
    "training", "scoring", "monitoring", "diagnosis", "retraining",
)  # fmt: skip


def laid_over(content: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The content with every override in its place, those of whole mappings first.

    >>> laid_over({"a": {"b": 1, "c": 2}}, {"a.b": 3})
    {'a': {'b': 3, 'c': 2}}
    """
    result = copy.deepcopy(dict(content))
    for key in sorted(overrides, key=lambda one: (one.count("."), one)):
        *above, last = key.split(".")
        place = result
        for name in above:
            if not isinstance(place.get(name), dict):
                place[name] = {}
            place = place[name]
        place[last] = copy.deepcopy(overrides[key])
    return result


def beneath(overrides: Mapping[str, Any], key: str) -> Overrides:
    """The overrides of a key and of what is below it."""
    return {one: value for one, value in overrides.items() if one == key or one.startswith(f"{key}.")}


def replaced(overrides: Mapping[str, Any], key: str, by: Mapping[str, Any]) -> Overrides:
    """The overrides with others in the place of those of a key and below it.

    >>> replaced({"a.b.c": 1, "a.d": 2}, "a.b", {"a.b": {}})
    {'a.d': 2, 'a.b': {}}
    """
    kept = {one: value for one, value in overrides.items() if one not in beneath(overrides, key)}
    return {**kept, **by}


def value_at(content: Any, key: str) -> Any:
    """What stands at a dotted key of nested mappings.

    Raises
    ------
    KeyError: nothing does.
    """
    for name in key.split("."):
        if not isinstance(content, Mapping) or name not in content:
            raise KeyError(key)
        content = content[name]
    return content


def editable_keys(section: str, rules: Section) -> Iterator[tuple[str, Any]]:
    """(dotted key, value as plain JSON) of all that can be edited at once.

    Single values, lists and free mappings; of a mapping to sections (medals, tags) the whole and each entry. A name
    that holds a dot is edited with the whole.
    """
    plain = rules.model_dump(mode="json")
    for name in type(rules).model_fields:
        value, key = getattr(rules, name), f"{section}.{name}"
        if isinstance(value, Section):
            yield from editable_keys(key, value)
            continue
        yield key, plain[name]
        if isinstance(value, dict) and any(isinstance(one, Section) for one in value.values()):
            yield from ((f"{key}.{entry}", plain[name][entry]) for entry in value if "." not in entry)
