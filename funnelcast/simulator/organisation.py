"""Who sells: channels with their spend, and reps in teams."""

from __future__ import annotations

import numpy as np
import pandas as pd

from funnelcast.simulator.arrays import (
    DAY,
    HISTORY_DAYS,
    Clock,
    Floats,
    Ints,
    choose,
    column,
    dates_text,
    ids,
    money_text,
)
from funnelcast.simulator.codes import emails, people
from funnelcast.simulator.truth import REP_SKILL_SD
from funnelcast.simulator.vocabulary import CHANNELS

TEAMS = ("销售一部", "销售二部", "销售三部", "大客户部", "渠道部", "电商部", "政企部", "售前一部")
LEADS_PER_REP = 500
FEWEST_REPS, MOST_REPS = 20, 60
TEAM_SIZE = 8
SETTLED_DAYS = 120  # nobody joins or leaves in the last days: a calm staff


def draw_reps(leads: int, clock: Clock, rng: np.random.Generator) -> pd.DataFrame:
    """One row per rep: the bundle's columns and, hidden, `hired_at`, `left_at`, `skill`, `slowness`."""
    count = int(np.clip(leads // LEADS_PER_REP, FEWEST_REPS, MOST_REPS))
    rows = np.arange(count)
    hired = clock.start - rng.integers(30, 3000, count) * DAY
    joined = rng.random(count) < 0.2
    hired[joined] = clock.start + rng.integers(30, HISTORY_DAYS - SETTLED_DAYS, int(joined.sum())) * DAY
    left = np.full(count, clock.as_of + 1)
    leaves = ~joined & (rng.random(count) < 0.1) & (rows % TEAM_SIZE != 0)  # managers stay
    left[leaves] = clock.start + rng.integers(60, HISTORY_DAYS - SETTLED_DAYS, int(leaves.sum())) * DAY
    hired[rows % TEAM_SIZE == 0] = np.minimum(hired[rows % TEAM_SIZE == 0], clock.start - 400 * DAY)
    keys = ids("R", rows, 3)
    return pd.DataFrame(
        {
            "rep_id": keys,
            "name": people(count, rng),
            "team": [TEAMS[r // TEAM_SIZE % len(TEAMS)] for r in rows],
            "manager_id": np.where(rows % TEAM_SIZE == 0, "", keys[rows // TEAM_SIZE * TEAM_SIZE]),
            "email": emails("sales", rows),
            "hired_on": dates_text(hired),
            "weekly_capacity_hours": choose(rng, ["30", "36", "40", "40", "40", "44"], count),
            "active": np.where(leaves, "false", "true"),
            "hired_at": hired,
            "left_at": left,
            "skill": rng.normal(0, REP_SKILL_SD, count),
            "slowness": np.exp(rng.normal(0, 0.35, count)),
        }
    )


def assign_reps(created: Ints, reps: pd.DataFrame, rng: np.random.Generator) -> Ints:
    """[n] row of a rep that was there at each moment."""
    hired, left = column(reps, "hired_at"), column(reps, "left_at")
    rows = rng.integers(0, len(reps), len(created))
    for _ in range(60):
        absent = (hired[rows] > created) | (left[rows] <= created)
        if not absent.any():
            break
        rows[absent] = rng.integers(0, len(reps), int(absent.sum()))
    return np.where((hired[rows] > created) | (left[rows] <= created), 0, rows)  # the first manager was always there


def channel_table() -> pd.DataFrame:
    """The bundle's `channels`."""
    return pd.DataFrame([{"channel_id": c.channel_id, "name": c.name, "kind": c.kind} for c in CHANNELS])


def draw_spend(leads: pd.DataFrame, clock: Clock, rng: np.random.Generator) -> pd.DataFrame:
    """The bundle's `channel_spend`: one row per channel and day, in proportion to the leads of the 7 days around it."""
    days = np.arange(clock.start // DAY + 1, clock.as_of // DAY + 1)
    created = column(leads, "created") // DAY
    parts = [
        _spend_of(
            c.channel_id,
            c.cost_per_lead,
            _weekly_mean(created[column(leads, "channel_id") == c.channel_id], days),
            days,
            rng,
        )
        for c in CHANNELS
    ]
    return pd.concat(parts, ignore_index=True)


def _weekly_mean(created_day: Ints, days: Ints) -> Floats:
    counts = np.bincount(np.clip(created_day - days[0], 0, None), minlength=len(days))[: len(days)]
    window = np.convolve(counts, np.ones(7), mode="same")
    return np.asarray(window / np.convolve(np.ones(len(days)), np.ones(7), mode="same"), float)


def _spend_of(channel_id: str, cost: float, volume: Floats, days: Ints, rng: np.random.Generator) -> pd.DataFrame:
    cents = (volume * cost * np.exp(rng.normal(0, 0.2, len(days))) * 100).astype(np.int64)
    return pd.DataFrame(
        {"channel_id": channel_id, "spent_on": dates_text(days * DAY), "amount": money_text(cents), "currency": "CNY"}
    )
