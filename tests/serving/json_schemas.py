"""Hypothesis strategies from the JSON schemas of our OpenAPI document: bodies that keep it, or nearly do."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
KNOWN_IDS = st.sampled_from(["L1", "L2", "L5", "C1", "nobody", "=1+1", "L" * 200])


def body_of(schema: dict[str, Any], components: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Mostly what the schema asks for; one in some has another value somewhere."""
    if "$ref" in schema:
        return body_of(components[schema["$ref"].rpartition("/")[2]], components)
    if "anyOf" in schema:
        return st.one_of([body_of(part, components) for part in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"]) | JSON
    kinds = {
        "string": lambda: _text(schema),
        "integer": lambda: st.integers(schema.get("minimum"), schema.get("maximum")) | JSON,
        "number": lambda: st.floats(schema.get("minimum"), schema.get("maximum"), allow_nan=False) | JSON,
        "boolean": st.booleans,
        "null": st.none,
        "array": lambda: st.lists(body_of(schema.get("items", {}), components), max_size=4),
        "object": lambda: _object(schema, components),
    }
    return kinds[schema["type"]]() if schema.get("type") in kinds else JSON


def _text(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    if schema.get("format") == "date-time":
        return st.datetimes().map(lambda moment: moment.isoformat()) | st.text(max_size=12)
    return KNOWN_IDS | st.text(max_size=30) | JSON


def _object(schema: dict[str, Any], components: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "properties" not in schema:
        return st.dictionaries(st.text(max_size=10), JSON, max_size=3)
    known = {name: body_of(part, components) for name, part in schema["properties"].items()}
    required = {name: known[name] for name in schema.get("required", ()) if name in known}
    optional = {name: part for name, part in known.items() if name not in required}
    sound = st.fixed_dictionaries(required, optional=optional)
    few = st.lists(st.sampled_from(sorted(known)), max_size=2).flatmap(
        lambda names: st.fixed_dictionaries({name: known[name] for name in names})
    )
    return sound | few | st.dictionaries(st.sampled_from([*known, "surprise"]), JSON, max_size=3)
