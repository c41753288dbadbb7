"""Geometry of the report's pictures, in percent of their width and height; the template only draws."""

from __future__ import annotations

from typing import Any

from monitoring.summaries import biggest_mover
from monitoring.texts import percent, points

MAX_CHANNELS = 12
MAX_DRIFTED = 12
TICKS = 5


def mix_bars(channels: list[dict[str, Any]]) -> dict[str, Any]:
    """One row per channel, the largest first, on one scale; those beyond `MAX_CHANNELS` only counted."""
    shown = sorted(channels, key=lambda row: -max(row["reference_share"], row["current_share"]))[:MAX_CHANNELS]
    top = max((max(row["reference_share"], row["current_interval"]["high"]) for row in shown), default=1.0) or 1.0
    rows = [
        {
            "name": row["name"],
            "before": percent(row["reference_share"]),
            "now": percent(row["current_share"]),
            "change": points(row["change"]),
            "leads": row["current_leads"],
            "before_width": _scaled(row["reference_share"], top),
            "now_width": _scaled(row["current_share"], top),
            "low": _scaled(row["current_interval"]["low"], top),
            "high": _scaled(row["current_interval"]["high"], top),
        }
        for row in shown
    ]
    return {"rows": rows, "hidden": len(channels) - len(rows)}


def score_bars(histogram: dict[str, Any]) -> dict[str, Any]:
    """Bars of the current window and outline of the reference, in a box of 100 x 100 from the top left."""
    now, before, edges = histogram["current"], histogram["reference"], histogram["edges"]
    top = max(*now, *before)
    width = 100 / len(now)
    bars = [
        {
            "x": round(index * width, 2),
            "y": round(100 - _scaled(share, top), 2),
            "width": round(0.94 * width, 2),
            "height": _scaled(share, top),
        }
        for index, share in enumerate(now)
    ]
    outline = ["M0,100"]
    for index, share in enumerate(before):
        outline.append(f"V{100 - _scaled(share, top):.2f}H{(index + 1) * width:.2f}")
    ticks = [percent(edges[part * (len(edges) - 1) // TICKS]) for part in range(TICKS + 1)]
    return {"bars": bars, "outline": "".join(outline) + "V100", "ticks": ticks}


def change_bars(column: dict[str, Any]) -> list[dict[str, float | None]] | None:
    """Two bars on one scale, reference then current; None where there is nothing to draw.

    Where the share of missing values moved: that share. A category: the share that changed most. A number: from its
    10th to its 90th percentile, with the median; where these are all the same, as for a flag, its mean.
    """
    before, now = column["reference"], column["current"]
    if column["method"] == "missing_share":
        return _from_zero(before["missing_share"], now["missing_share"])
    if column["kind"] == "category":
        mover = biggest_mover(before["shares"], now["shares"])
        return None if mover is None else _from_zero(before["shares"].get(mover, 0.0), now["shares"].get(mover, 0.0))
    if before["median"] is None or now["median"] is None:
        return None
    if all(before[name] == now[name] for name in ("low", "median", "high")):
        return _from_zero(before["mean"], now["mean"])
    return _middles(before, now)


def _from_zero(before: float, now: float) -> list[dict[str, float | None]] | None:
    top = max(before, now)
    if top <= 0 or min(before, now) < 0:
        return None
    return [{"x": 0.0, "width": _scaled(value, top), "median": None} for value in (before, now)]


def _middles(before: dict[str, float], now: dict[str, float]) -> list[dict[str, float | None]]:
    low, high = min(before["low"], now["low"]), max(before["high"], now["high"])
    return [
        {
            "x": _scaled(side["low"] - low, high - low),
            "width": _scaled(side["high"] - side["low"], high - low),
            "median": _scaled(side["median"] - low, high - low),
        }
        for side in (before, now)
    ]


def _scaled(value: float, top: float) -> float:
    return round(100 * value / top, 2)
