from __future__ import annotations

import math
from dataclasses import dataclass

from monitoring.intervals import Interval


@dataclass(frozen=True)
class Measured:
    """A figure with its 95 % interval; None where it is not defined."""

    value: float | None
    interval: Interval | None

    def to_json(self) -> dict[str, float | None]:
        """value, low, high."""
        low, high = (self.interval.low, self.interval.high) if self.interval else (None, None)
        return {"value": self.value, "low": low, "high": high}


def finite(value: float) -> float | None:
    """The value, or None where it is not defined."""
    return float(value) if math.isfinite(value) else None
