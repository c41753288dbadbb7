"""A small line without axes: how something moved."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH, HEIGHT = 80.0, 20.0
_INSET = 2.0


def sparkline(values: Sequence[float], low: float | None = None, high: float | None = None) -> str:
    """Points of a polyline in a box of 80 by 20, top left is the origin; empty for fewer than two values.

    `low`, `high`: the values at the bottom and at the top; default those of the line.

    >>> sparkline([0.0, 1.0]), sparkline([0.3])
    ('2.0,18.0 78.0,2.0', '')
    """
    if len(values) < 2:
        return ""
    bottom, top = min(values) if low is None else low, max(values) if high is None else high
    span = (top - bottom) or 1.0
    step = (WIDTH - 2 * _INSET) / (len(values) - 1)
    points = (
        (_INSET + place * step, HEIGHT - _INSET - (HEIGHT - 2 * _INSET) * (value - bottom) / span)
        for place, value in enumerate(values)
    )
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
