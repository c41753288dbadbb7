from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal


@dataclass(frozen=True)
class FeatureSpec:
    """One input of a model, as it was learnt in the fit part.

    A category's code is its position in `categories`; when `has_other`, every other value has the code
    `len(categories)`, else it counts as missing.
    """

    name: str
    kind: Literal["number", "category"]
    en: str
    zh: str
    unit: str | None = None
    categories: tuple[str, ...] = ()
    has_other: bool = False

    @cached_property
    def codes(self) -> dict[str, int]:
        """Code of each known value."""
        return {category: code for code, category in enumerate(self.categories)}

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
        }  # fmt: skip

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> FeatureSpec:
        """The inverse of `to_json`."""
        return cls(**{**content, "categories": tuple(content["categories"])})
