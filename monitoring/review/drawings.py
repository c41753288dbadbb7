"""Geometry of the pack's pictures; colours are attributes too, because a PDF's pictures know no style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

WIDTH, HEIGHT = 100.0, 20.0


def stock_bars(rows: Sequence[dict[str, Any]]) -> dict[str, tuple[float, float]]:
    """Stage -> widths in percent of the stock before and now, on one scale; open stages alone.

    >>> stock_bars([{"stage": "a", "outcome": None, "stock": 10, "stock_before": 5}])
    {'a': (50.0, 100.0)}
    """
    open_ones = [row for row in rows if row["outcome"] is None]
    top = max((max(row["stock"], row["stock_before"]) for row in open_ones), default=0) or 1
    return {
        row["stage"]: (round(100 * row["stock_before"] / top, 1), round(100 * row["stock"] / top, 1))
        for row in open_ones
    }


def share_bars(before: float | None, now: float | None, top: float) -> tuple[float, float]:
    """Widths in percent of two shares, `top` being the whole width."""
    return (round(100 * (before or 0.0) / (top or 1.0), 1), round(100 * (now or 0.0) / (top or 1.0), 1))


def week_line(shares: Sequence[float | None]) -> str:
    """Points of a polyline in a box of 100 x 20, 0 % at the bottom, 100 % at the top; weeks without leads are bridged.

    >>> week_line([0.0, None, 1.0]), week_line([None, 0.5])
    ('0.0,19.0 100.0,1.0', '')
    """
    step = WIDTH / max(len(shares) - 1, 1)
    points = [
        f"{place * step:.1f},{1 + (HEIGHT - 2) * (1 - share):.1f}"
        for place, share in enumerate(shares)
        if share is not None
    ]
    return " ".join(points) if len(points) > 1 else ""
