"""Leads of known win probability, scored each week, and what became of them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from crm_core.funnel import FunnelFacts
from monitoring.live.history import read_history
from monitoring.live.score_log import log_scores
from tests.crm_core.funnel.made import AS_OF, day, facts_of

HORIZON = 30


def world(leads: int = 900, seed: int = 1, luck: float = 0.0) -> tuple[FunnelFacts, pd.DataFrame]:
    """Facts at AS_OF and (lead_id, created_at, p): leads over 180 days before it; p is the chance to be won within 25
    days. `luck` is added to the log-odds of the outcome, not to p.
    """
    rng = np.random.default_rng(seed)
    p = rng.beta(1, 3, leads)
    true_p = 1 / (1 + (1 - p) / p * np.exp(-luck))
    created = [day(float(age)) for age in rng.uniform(0, 180, leads)]
    rows, events = [], []
    drawn = zip(created, rng.random(leads) < true_p, rng.exponential(1, leads), strict=True)
    for number, (at, is_won, size) in enumerate(drawn):
        key = f"L{number:04d}"
        rows.append({
            "lead_id": key, "created_at": at, "channel_id": "web" if number % 3 else "fair", "rep_id": f"r{number % 4}",
            "expected_amount_cents": 1e6 * (1 + size),
        })  # fmt: skip
        closed = at + timedelta(days=float(rng.uniform(8, 25) if is_won else rng.uniform(8, 80)))
        if closed <= AS_OF:
            events.append((key, "contract_signed" if is_won else "lost", closed))
    reps = [{"rep_id": f"r{number}", "team": "north" if number < 2 else "south"} for number in range(4)]
    facts = facts_of(rows, events, reps=reps)
    return facts, pd.DataFrame({"lead_id": [row["lead_id"] for row in rows], "created_at": created, "p": p})


def log_weekly(home: Path, facts: FunnelFacts, leads: pd.DataFrame, weeks: int = 24, version: int = 3) -> None:
    """Score every lead that is open at the end of each week, as `score leads` would."""
    closed = facts.stays[facts.stays["stage"] >= 6].groupby("lead")["entered_at"].min()
    closed_at = pd.to_datetime(closed.reindex(facts.leads.index), utc=True).to_numpy(dtype="datetime64[us]")
    created = pd.to_datetime(leads["created_at"], utc=True).dt.tz_localize(None).to_numpy()
    for week in range(weeks, 0, -1):
        at = AS_OF - timedelta(days=7 * week)
        moment = np.datetime64(at.replace(tzinfo=None), "us")
        is_open = (created <= moment) & ~(closed_at <= moment)
        found = leads[is_open]
        amounts = facts.leads["expected_amount_cents"].to_numpy(float)[is_open] / 100
        value = found["p"].to_numpy() * amounts
        rank = np.empty(len(found), int)
        rank[np.argsort(-value, kind="stable")] = np.arange(1, len(found) + 1)
        scores = pd.DataFrame({
            "lead_id": found["lead_id"], "win_probability": found["p"], "expected_value": value, "priority": rank,
        })  # fmt: skip
        log_scores(home, scores, at, version, HORIZON)


def history_of(home: Path) -> pd.DataFrame:
    return read_history(home, [], AS_OF, 365, HORIZON)
