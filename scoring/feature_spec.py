from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal


@dataclass(frozen=True)
class FeatureSpec:
    """One input of a model, as it was learnt in the fit part.

    A category's code is its position in `categories`; when `has_other`, every other value has the code
    `len(categories)`, else it counts as missing. `words`: (value, English, Chinese) where values are no words for
    people.
    """

    name: str
    kind: Literal["number", "category"]
    en: str
    zh: str
    unit: str | None = None
    categories: tuple[str, ...] = ()
    has_other: bool = False
    words: tuple[tuple[str, str, str], ...] = ()

    @cached_property
    def codes(self) -> dict[str, int]:
        """Code of each known value."""
        return {category: code for code, category in enumerate(self.categories)}

    def in_words(self, value: str) -> tuple[str, str]:
        """A value for readers, (English, Chinese); itself where nothing is said of it."""
        return next(((en, zh) for name, en, zh in self.words if name == value), (value, value))

    @property
    def other_code(self) -> float:
        """Code of a value not known; NaN where the fit part had no rare values to learn from."""
        return float(len(self.categories)) if self.has_other else float("nan")

    @property
    def count_codes(self) -> int:
        """Number of codes of a category, the missing one not counted."""
        return len(self.categories) + int(self.has_other)

    def to_json(self) -> dict[str, Any]:
        """Plain values for model.json."""
        return {
            "name": self.name, "kind": self.kind, "en": self.en, "zh": self.zh, "unit": self.unit,
            "categories": list(self.categories), "has_other": self.has_other,
            "words": [list(entry) for entry in self.words],
        }  # fmt: skip

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> FeatureSpec:
        """The inverse of `to_json`."""
        words = tuple((name, en, zh) for name, en, zh in content.get("words", ()))
        return cls(**{**content, "categories": tuple(content["categories"]), "words": words})
