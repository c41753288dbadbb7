"""Worlds of their own with one planted incident each, for measuring the diagnosis. Nothing of funnelcast/simulator.

A world has 430 to 800 days, 7 to 22 leads a day, 4 to 8 channels, 6 to 30 reps in 2 to 4 teams, Chinese or English call
summaries, and noise: missing columns and tables, a few failed synchronisations, new reps now and then, some leads that
skip the needs analysis. A lead goes through the stages; in each it moves on with a chance of its own (channel, size, a
hidden N(0, 0.5)) after a lognormal dwell, or is lost.

The planted truth, in the last 20 to 34 days (`start`), at one stage S of contacted to technical_exchange:

channel_mix_shift     one channel's share grows by 0.15 to 0.35 by added leads, which at S move on with 0.15 to 0.4 of
                      the usual chance after 2 to 3.5 times the usual dwell; half of the time they are small firms
segment_misfit_price  leads of one size band, region, industry or product do so instead; their budget is 0.2 to 0.5 of
                      the usual, and half of their calls speak of money
capacity_shortage     everybody waits 2 to 3.5 times as long at S, first responses take 3 to 6 times as long; either 1.4
                      to 1.8 times the leads come in, or 35 to 55 % of the reps are gone
onboarding            2 to 8 new reps take 40 to 65 % of the new leads, which at S move on with 0.15 to 0.4 of the usual
                      chance after 2 to 3.5 times the dwell
process_breach        40 to 70 % skip the needs analysis and then move on with 0.25 to 0.5 of the chance, or as many
                      get their first response 6 to 30 hours late; nobody has more to do than before
integration_failure   for 7 to 16 days 75 to 100 % of the stage events never arrive; usually the log says so
seasonality           everybody waits 2 to 3.5 times as long at S and moves on with 0.5 to 0.7 of the chance, in the
                      same weeks a year before too
unknown               everybody moves on at S with 0.35 to 0.55 of the chance, and nothing tells why
calm                  nothing

Two worlds of five, calm ones too, have a decoy that does no harm: new reps who sell like the others, an ERP whose
orders fail to synchronise, a fifth more leads, or a channel with a tenth more of the leads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.incident_records import Tables, activities, dated, orders, profiles, reps, sync_log

STAGES = ["captured", "contacted", "needs_analysis", "technical_exchange", "solution_demo", "negotiation"]
CAUSES = (
    "channel_mix_shift", "segment_misfit_price", "capacity_shortage", "onboarding", "process_breach",
    "integration_failure", "seasonality", "unknown",
)  # fmt: skip
DECOYS = ("new_reps", "erp", "busier", "channel")


@dataclass
class Plan:
    """One world's random choices; moments are days since its beginning."""

    cause: str
    rng: np.random.Generator
    days: int
    start: float
    stage: int
    per_day: float
    is_chinese: bool
    chance: np.ndarray[Any, Any] = field(default_factory=lambda: np.zeros(0))
    dwell: np.ndarray[Any, Any] = field(default_factory=lambda: np.zeros(0))
    decoy: str = ""
    has_surge: bool = False
    kept: np.ndarray[Any, Any] = field(default_factory=lambda: np.zeros(0, object))
    gone: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class World:
    """A bundle's tables and the truth."""

    cause: str
    stage: str
    as_of: datetime
    tables: dict[str, pd.DataFrame]


def make_world(cause: str, seed: int) -> World:
    """One world; `cause` one of CAUSES or calm."""
    rng = np.random.default_rng([seed, sum(cause.encode())])
    days = int(rng.integers(560 if cause == "seasonality" else 430, 800))
    plan = Plan(cause, rng, days, days - float(rng.uniform(20, 34)), int(rng.integers(1, 4)), rng.uniform(7, 22),
                bool(rng.random() < 0.6))  # fmt: skip
    plan.decoy = str(rng.choice(DECOYS)) if rng.random() < 0.4 else ""
    plan.chance, plan.dwell = rng.uniform(0.55, 0.85, 6), rng.uniform(2.0, 7.0, 6)
    if cause == "process_breach":
        plan.stage = int(rng.choice([1, 3]))
    as_of = datetime(2026, 1, 5, 2, tzinfo=UTC) + timedelta(days=int(rng.integers(0, 330)))
    leads = _leads(plan)
    staff = reps(rng, plan.start, cause == "onboarding" or plan.decoy == "new_reps")
    _hand_out(plan, leads, staff)
    entered, closed, is_lost = _paths(plan, leads)
    tables = _tables(plan, leads, staff, entered, closed, is_lost)
    return World(cause, STAGES[plan.stage], as_of, dated(tables, as_of - timedelta(days=days)))


def _leads(plan: Plan) -> pd.DataFrame:
    rng = plan.rng
    created = _arrivals(plan, 0, plan.days, plan.per_day)
    if plan.decoy == "busier":
        created = np.append(created, _arrivals(plan, plan.start, plan.days, plan.per_day * 0.2))
    if plan.cause == "capacity_shortage":
        plan.has_surge = bool(rng.random() < 0.5)
        if plan.has_surge:
            created = np.append(created, _arrivals(plan, plan.start, plan.days, plan.per_day * rng.uniform(0.4, 0.8)))
    leads = profiles(rng, len(created))
    leads["created"], leads["hit"] = created, False
    if plan.cause == "channel_mix_shift":
        leads = _with_surge(plan, leads)
    if plan.decoy == "channel" and plan.cause != "channel_mix_shift":
        added = profiles(rng, int(0.11 * (created >= plan.start).sum()), like=leads)
        added["created"] = plan.start + rng.uniform(0, plan.days - plan.start, len(added))
        leads = pd.concat([leads, added.assign(channel_id=rng.choice(leads["channel_id"].unique()))], ignore_index=True)
    if plan.cause == "segment_misfit_price":
        _plant_segment(plan, leads)
    return leads.sort_values("created", ignore_index=True)


def _arrivals(plan: Plan, start: float, end: float, per_day: float) -> np.ndarray[Any, Any]:
    days = np.arange(int(start), int(end))
    counts = plan.rng.poisson(per_day * np.where(days % 7 < 5, 1.25, 0.3) * plan.rng.lognormal(0, 0.15, len(days)))
    moments = np.repeat(days, counts) + plan.rng.uniform(0.05, 0.3, counts.sum())
    return moments[(moments >= start) & (moments < end)]


def _with_surge(plan: Plan, leads: pd.DataFrame) -> pd.DataFrame:
    rng = plan.rng
    channel = rng.choice(leads["channel_id"].unique())
    recent = leads["created"] >= plan.start
    share = float((leads.loc[recent, "channel_id"] == channel).mean())
    target = min(0.8, share + rng.uniform(0.15, 0.35))
    count = int(recent.sum() * (target - share) / (1 - target))
    added = profiles(rng, count, like=leads)
    added["created"] = np.sort(plan.start + rng.uniform(0, plan.days - plan.start - 2, count))
    added["channel_id"], added["hit"] = channel, True
    if rng.random() < 0.5:
        added["employees"] = np.clip(rng.lognormal(3.1, 0.4, count), 3, 49).round()
    return pd.concat([leads, added], ignore_index=True)


def _plant_segment(plan: Plan, leads: pd.DataFrame) -> None:
    rng = plan.rng
    dimension = rng.choice(["size", "region", "industry", "product"])
    if dimension == "size":
        mine = (leads["employees"] < 50).to_numpy()
    else:
        values = leads[dimension].value_counts(normalize=True)
        mine = (leads[dimension] == rng.choice(values.index[(values > 0.22)])).to_numpy()
    leads["hit"] = mine & (leads["created"] > plan.start - 45).to_numpy()
    factor = rng.uniform(0.2, 0.5, len(leads))
    leads["budget"] = np.where(leads["hit"], leads["budget"] * factor, leads["budget"])


def _hand_out(plan: Plan, leads: pd.DataFrame, staff: pd.DataFrame) -> None:
    """A rep for each lead among those who are there, and the new ones' share where they are the incident."""
    rng, recent = plan.rng, (leads["created"] >= plan.start).to_numpy()
    old = staff[staff["hired"] < plan.start]["rep_id"].to_numpy()
    leads["rep_id"] = rng.choice(old, len(leads))
    if plan.decoy == "new_reps" and plan.cause != "onboarding":
        fresh = staff[staff["hired"] >= plan.start - 25]["rep_id"].to_numpy()
        mine = recent & (rng.random(len(leads)) < 0.25)
        leads.loc[mine, "rep_id"] = rng.choice(fresh, int(mine.sum()))
    if plan.cause == "onboarding":
        new = staff[staff["hired"] >= plan.start - 25]["rep_id"].to_numpy()
        mine = recent & (rng.random(len(leads)) < rng.uniform(0.4, 0.65))
        leads.loc[mine, "rep_id"] = rng.choice(new, int(mine.sum()))
        leads["hit"] = mine
    if plan.cause == "capacity_shortage" and not plan.has_surge:
        kept = old[: max(2, int(len(old) * rng.uniform(0.45, 0.65)))]
        leads.loc[recent, "rep_id"] = rng.choice(kept, int(recent.sum()))
        plan.gone = set(old) - set(kept)
        plan.kept = kept


def _paths(plan: Plan, leads: pd.DataFrame) -> tuple[Any, Any, Any]:
    """[leads, stages] day of entry (NaN: never), [leads] day of closing, [leads] lost."""
    rng, count = plan.rng, len(leads)
    entered = np.full((count, 6), np.nan)
    entered[:, 0] = leads["created"]
    channels = {name: rng.normal(0, 0.35) for name in leads["channel_id"].unique()}
    bias = leads["channel_id"].map(channels).to_numpy() + rng.normal(0, 0.5, count)
    bias += 0.2 * (np.log(leads["employees"].to_numpy()) - 4.5)
    closed, is_lost, at = np.full(count, np.inf), np.zeros(count, bool), np.arange(count)
    size = _sizes(plan)
    for stage in range(6):
        now = entered[at, stage]
        odds = np.log(plan.chance[stage] / (1 - plan.chance[stage])) + bias[at]
        chance, wait = 1 / (1 + np.exp(-odds)), plan.dwell[stage] * rng.lognormal(-0.2, 0.6, len(at))
        if stage == 0:
            wait, chance = _response(plan, leads, at, now, size), np.maximum(chance, 0.9)
        chance, wait = _disturbed(plan, leads, at, stage, now, chance, wait, size)
        moves = rng.random(len(at)) < chance
        closed[at[~moves]], is_lost[at[~moves]] = (now + wait)[~moves], True
        at, then = at[moves], (now + wait)[moves]
        if stage < 5:
            entered[at, stage + 1] = then
        else:
            closed[at] = then
    return _skipping(plan, leads, entered), closed, is_lost


def _sizes(plan: Plan) -> dict[str, float]:
    rng = plan.rng
    return {"low": rng.uniform(0.15, 0.4), "slow": rng.uniform(2, 3.5), "late": rng.uniform(3, 6),
            "part": rng.uniform(0.4, 0.7), "season": rng.uniform(0.5, 0.7), "blank": rng.uniform(0.35, 0.55),
            "answer": rng.uniform(0.3, 1.2), "is_late": float(rng.random() < 0.5)}  # fmt: skip


def _response(plan: Plan, leads: pd.DataFrame, at: Any, now: Any, size: dict[str, float]) -> Any:
    hours = size["answer"] * plan.rng.lognormal(0, 0.7, len(at))
    if plan.cause == "capacity_shortage":
        hours = np.where(now >= plan.start, hours * size["late"], hours)
    if plan.cause == "process_breach" and plan.stage == 1:
        mine = (now >= plan.start) & (plan.rng.random(len(at)) < size["part"])
        leads["hit"] = False
        leads.loc[at[mine], "hit"] = True
        hours = np.where(mine, hours + plan.rng.uniform(6, 30, len(at)), hours)
    return hours / 24


def _disturbed(
    plan: Plan, leads: pd.DataFrame, at: Any, stage: int, now: Any, chance: Any, wait: Any, size: Any
) -> Any:
    is_here, recent = stage == plan.stage, now >= plan.start
    hit, cause = leads["hit"].to_numpy()[at], plan.cause
    if cause == "process_breach" and (stage in {3, 4} if plan.stage == 3 else is_here):
        if plan.stage == 3 and stage == 3:
            fresh = leads["created"].to_numpy() >= plan.start - 10
            leads["hit"] = fresh & (plan.rng.random(len(leads)) < size["part"])
            hit = leads["hit"].to_numpy()[at]
        return np.where(hit, chance * (0.1 + size["low"]), chance), np.where(hit, wait * size["slow"], wait)
    if not is_here or cause in {"calm", "integration_failure", "process_breach"}:
        return chance, wait
    if cause == "capacity_shortage":
        return chance * np.where(recent, 0.9, 1), np.where(recent, wait * size["slow"], wait)
    if cause == "seasonality":
        year = plan.days - 364
        mine = recent | ((now >= plan.start - 364) & (now < year + 4))
        return np.where(mine, chance * size["season"], chance), np.where(mine, wait * size["slow"], wait)
    if cause == "unknown":
        return np.where(recent, chance * size["blank"], chance), wait
    mine = hit & (now >= plan.start)
    return np.where(mine, chance * size["low"], chance), np.where(mine, wait * size["slow"], wait)


def _skipping(plan: Plan, leads: pd.DataFrame, entered: Any) -> Any:
    """Leads that never had their needs analysis: 3 % always, and those of the breach."""
    skips = plan.rng.random(len(entered)) < 0.03
    if plan.cause == "process_breach" and plan.stage == 3:
        skips |= leads["hit"].to_numpy()
    skips &= ~np.isnan(entered[:, 3])
    entered[skips, 2] = np.nan
    return entered


def _tables(plan: Plan, leads: pd.DataFrame, staff: pd.DataFrame, entered: Any, closed: Any, is_lost: Any) -> Tables:
    rng, count = plan.rng, len(leads)
    leads["lead_id"] = [f"L{n:06d}" for n in range(count)]
    ids = leads["lead_id"].to_numpy()
    parts = [pd.DataFrame({"lead_id": ids, "stage": STAGES[n], "at": entered[:, n]}) for n in range(6)]
    ends = np.where(is_lost, "lost", "contract_signed")
    parts.append(pd.DataFrame({"lead_id": ids, "stage": ends, "at": np.where(np.isinf(closed), np.nan, closed)}))
    events = pd.concat(parts).dropna(subset=["at"])
    events = events[events["at"] < plan.days].sort_values("at", ignore_index=True)
    outage = plan.days - float(rng.uniform(7, 16)) if plan.cause == "integration_failure" else np.inf
    gone = (events["at"] > outage) & (events["stage"] != "captured") & (rng.random(len(events)) < rng.uniform(0.75, 1))
    done = activities(rng, leads, np.minimum(closed, plan.days), plan)
    if plan.cause == "capacity_shortage" and not plan.has_surge:
        mine = (done["at"] >= plan.start) & done["rep_id"].isin(plan.gone)
        done.loc[mine, "rep_id"] = rng.choice(plan.kept, int(mine.sum()))
    won = np.flatnonzero(~is_lost & (closed < plan.days))
    tables = {
        "leads": leads, "reps": staff, "stage_events": events[~gone], "activities": done,
        "orders": orders(rng, leads, won, closed), "sync_log": sync_log(rng, plan.days, outage, plan.decoy == "erp"),
    }  # fmt: skip
    return _thinned(plan, tables)


def _thinned(plan: Plan, tables: Tables) -> Tables:
    """Leave out what a company may not have, but for what the incident is known by."""
    rng, cause = plan.rng, plan.cause
    if rng.random() < 0.15 and cause not in {"segment_misfit_price", "integration_failure", "capacity_shortage"}:
        del tables["activities"]
    if rng.random() < 0.15 and cause not in {"integration_failure"}:
        del tables["sync_log"]
    if rng.random() < 0.15:
        tables["leads"] = tables["leads"].drop(columns="budget")
    if rng.random() < 0.2 and cause != "segment_misfit_price":
        tables["leads"] = tables["leads"].drop(columns="employees")
    if rng.random() < 0.15:
        del tables["orders"]
    return tables
