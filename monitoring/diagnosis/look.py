"""One look at the facts: what it saw, in figures and words, and how strongly it speaks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from monitoring.texts import Text


@dataclass(frozen=True)
class Look:
    """`strength` is in 0..1: 0 nothing out of the ordinary, 1 as clear as it can be. No text: nothing to tell."""

    name: str
    strength: float
    figures: dict[str, Any] = field(default_factory=dict)
    text: Text | None = None

    def to_json(self) -> dict[str, Any]:
        """All figures, with strength and text."""
        return {"strength": round(self.strength, 3), **self.figures, **(self.text.to_json() if self.text else {})}


def ramp(value: float, full: float, start: float = 0.0) -> float:
    """0 up to `start`, 1 from `full`, a straight line between; 0 for NaN.

    >>> ramp(0.15, 0.2, 0.1), ramp(3, 2), ramp(float("nan"), 1)
    (0.5, 1.0, 0.0)
    """
    if not value > start:
        return 0.0
    return round(min(1.0, (value - start) / (full - start)), 6)
