"""Figures of a written bundle, measured from the CSV files alone."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pandas as pd

OPEN = ["captured", "contacted", "needs_analysis", "technical_exchange", "solution_demo", "negotiation"]
CLOSING = ["contract_signed", "lost"]
DAYS_30 = pd.Timedelta(days=30)


def read(folder: Path, table: str) -> pd.DataFrame:
    return _read(folder, table).copy()


@lru_cache(maxsize=32)
def _read(folder: Path, table: str) -> pd.DataFrame:
    frame = pd.read_csv(folder / f"{table}.csv", dtype=str, keep_default_na=False)
    for name in frame.columns:
        if name.endswith("_at"):
            frame[name] = pd.to_datetime(frame[name], format="ISO8601", utc=True)
    return frame


def stage_at(events: pd.DataFrame, moment: pd.Timestamp) -> pd.Series:
    known = events[events["entered_at"] <= moment].sort_values("entered_at", kind="stable")
    return known.groupby("lead_id")["stage"].last()


def stocks(events: pd.DataFrame, moment: pd.Timestamp) -> pd.Series:
    return stage_at(events, moment).value_counts().reindex(OPEN, fill_value=0)


def channel_share(leads: pd.DataFrame, since: pd.Timestamp, until: pd.Timestamp, channel: str = "trade_show") -> float:
    window = leads[(leads["created_at"] > since) & (leads["created_at"] <= until)]
    return float((window["channel_id"] == channel).mean())


def measure(folder: Path, as_of: pd.Timestamp) -> dict[str, float]:
    leads, events = read(folder, "leads"), read(folder, "stage_events")
    now, before = stocks(events, as_of), stocks(events, as_of - DAYS_30)
    stuck = stage_at(events, as_of)
    stuck = leads[leads["lead_id"].isin(stuck.index[stuck == "technical_exchange"])]
    employees = pd.to_numeric(stuck["employee_count"], errors="coerce")
    growth = {s: now[s] / before[s] - 1 for s in OPEN if max(now[s], before[s]) >= 30}
    return {
        "share_before": channel_share(leads, as_of - 2 * DAYS_30, as_of - DAYS_30),
        "share_after": channel_share(leads, as_of - DAYS_30, as_of),
        "stock_before": float(before["technical_exchange"]),
        "stock_growth": float(now["technical_exchange"] / max(before["technical_exchange"], 1) - 1),
        "small_share": float((employees.dropna() < 50).mean()),
        "other_growth": max((g for s, g in growth.items() if s != "technical_exchange"), default=0.0),
        "win_share": float(events.loc[events["stage"] == "contract_signed", "lead_id"].nunique() / len(leads)),
        "open_share": float(stage_at(events, as_of).isin(OPEN).mean()),
        "conversion_before": conversion(events, as_of - 2 * DAYS_30, as_of - DAYS_30),
        "conversion_after": conversion(events, as_of - DAYS_30, as_of),
    }


def conversion(
    events: pd.DataFrame,
    since: pd.Timestamp,
    until: pd.Timestamp,
    stage: str = "technical_exchange",
    to: str = "solution_demo",
) -> float:
    """Share of those that entered a stage in a window that reached the next one inside it."""
    inside = events[(events["entered_at"] > since) & (events["entered_at"] <= until)]
    entered = set(inside.loc[inside["stage"] == stage, "lead_id"])
    moved = entered & set(inside.loc[inside["stage"] == to, "lead_id"])
    return len(moved) / max(len(entered), 1)
