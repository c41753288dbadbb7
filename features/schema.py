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
    nothing (a share, a flag, a category). `words`: (value, English, Chinese) of categories whose values
    are not words for people.
    """

    name: str
    kind: Kind
    en: str
    zh: str
    unit: str | None = None
    words: tuple[tuple[str, str, str], ...] = ()
    is_accepted: bool = False  # by the mapping: not to be suspected of knowing the outcome


def number(name: str, en: str, zh: str, unit: str | None = None) -> Feature:
    """A numeric feature; null means not known or not applicable."""
    return Feature(name, "number", en, zh, unit)


def category(name: str, en: str, zh: str, words: Iterable[tuple[str, str, str]] = ()) -> Feature:
    """A feature with unordered values of text."""
    return Feature(name, "category", en, zh, words=tuple(words))


def names(features: Iterable[Feature]) -> list[str]:
    """Column names, in order."""
    return [feature.name for feature in features]
