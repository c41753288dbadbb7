"""What a feature is, in the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "category"]


@dataclass(frozen=True)
class Feature:
    """One input of a model.

    `name` is its column everywhere; `en` and `zh` are what people read; `unit` is what a number counts, None where it
    counts nothing (a share, a flag, a category).
    """

    name: str
    kind: Kind
    en: str
    zh: str
    unit: str | None = None


def number(name: str, en: str, zh: str, unit: str | None = None) -> Feature:
    """A numeric feature; null means not known or not applicable."""
    return Feature(name, "number", en, zh, unit)


def category(name: str, en: str, zh: str) -> Feature:
    """A feature with unordered values of text."""
    return Feature(name, "category", en, zh)


def names(features: Iterable[Feature]) -> list[str]:
    """Column names, in order."""
    return [feature.name for feature in features]
