"""The evidence of a diagnosis, sorted by what a page shows of it. Tolerant: what it does not know it lists as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crm_core.findings import Finding

KNOWN = frozenset({
    "score", "parts", "anomaly", "who_came_in", "who_is_stuck", "what_explains", "what_they_say", "can_they_pay",
    "without_segment", "against", "sync", "are_we_late", "workload", "season", "who_works_them",
})  # fmt: skip
LOOKS = ("sync", "are_we_late.pace", "are_we_late.waits", "are_we_late.response", "workload", "season")
MAX_CELL = 120


@dataclass(frozen=True)
class Evidence:
    """Parts of the evidence; empty where the diagnosis tells nothing of it.

    Attributes
    ----------
    looks: further looks with their sentences: name, strength 0 to 1, en, zh.
    other: (path, value) of whatever else there is.
    """

    cause: str
    confidence: float | None
    segment: dict[str, str]
    actions: list[dict[str, str]]
    anomaly: dict[str, Any]
    came_in: list[dict[str, Any]]
    stuck: list[dict[str, Any]]
    words: list[dict[str, Any]]
    topics: list[dict[str, Any]]
    price: dict[str, Any]
    without: dict[str, Any]
    against: dict[str, float]
    looks: list[dict[str, Any]]
    other: list[tuple[str, str]]

    @classmethod
    def of(cls, finding: Finding) -> Evidence:
        """That of a finding with a cause."""
        figures, told = finding.figures, _mapping(finding.figures.get("evidence"))
        said = _mapping(told.get("what_they_say"))
        against = {str(name): float(value) for name, value in _mapping(told.get("against")).items() if value}
        return cls(
            cause=str(figures.get("cause", "unknown")),
            confidence=_number(figures.get("confidence")),
            segment={str(name): str(value) for name, value in _mapping(figures.get("segment")).items()},
            actions=[one for one in _rows(figures.get("actions")) if {"en", "zh"} <= set(one)],
            anomaly=_mapping(told.get("anomaly")),
            came_in=[one for one in _rows(told.get("who_came_in")) if _has(one, "share_before", "share_now")],
            stuck=[one for one in _rows(told.get("who_is_stuck")) if _has(one, "share_stuck", "share_others")],
            words=[one for one in _rows(said.get("key_words")) if _has(one, "stuck", "others")],
            topics=[one for one in map(_mapping, _mapping(said.get("topics")).values()) if _is_spoken(one)],
            price=_mapping(told.get("can_they_pay")),
            without=_mapping(told.get("without_segment")),
            against=dict(sorted(against.items(), key=lambda pair: -pair[1])),
            looks=[look for name in LOOKS if (look := _look(told, name))],
            other=list(_flat({key: value for key, value in told.items() if key not in KNOWN})),
        )


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _rows(value: Any) -> list[dict[str, Any]]:
    return [dict(one) for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _has(row: dict[str, Any], *names: str) -> bool:
    return all(_number(row.get(name)) is not None for name in names)


def _is_spoken(topic: dict[str, Any]) -> bool:
    return _has(topic, "stuck", "others") and bool(topic["stuck"] or topic["others"])


def _look(told: dict[str, Any], path: str) -> dict[str, Any] | None:
    found: Any = told
    for part in path.split("."):
        found = _mapping(found).get(part)
    look = _mapping(found)
    if not {"en", "zh"} <= set(look):
        return None
    return {"name": path.rpartition(".")[2], "strength": _number(look.get("strength")) or 0.0, **look}


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        for number, inner in enumerate(value):
            yield from _flat(inner, f"{path}[{number}]")
    else:
        yield path, str(value)[:MAX_CELL]
