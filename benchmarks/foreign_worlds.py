"""Worlds of another company's engineer: import bundles with one planted incident, or with none (docs/diagnosis.md).

Written from the public contract alone, before its author had read the diagnosis or our own simulator. A world is a
dictionary of frames (:func:`world`) or a folder of CSV files (:func:`write`).

The planted truth, per cause, from `Company.start` on (a severity of 1 halves a stage's conversion and more than
doubles the wait in it; worlds draw 0.6 to 1.3, and are drawn again until the incident shows: see :func:`shows`):

channel_mix_shift: one channel's share of new leads rises to 28 to 45 %; what is new in it converts worse.
segment_misfit_price: a price rise, or many more small firms in every channel; small firms stop for want of budget.
capacity_shortage: reps leave and the others inherit their leads, or leads of the same mix flood in; all wait.
onboarding: reps hired in the last weeks take about half the new leads and convert them worse.
process_breach: first responses come hours late, or the needs analysis is skipped; such leads convert worse.
integration_failure: stage events are lost on the way and the sync log says so.
seasonality: a slow month that was as slow a year before.
unknown: conversion falls for everybody, with no trace in the bundle.
calm: growth, season, weekends, holidays, noise and small random shifts, nothing else.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.foreign_company import Company, arrivals, company, ids_of, is_slow
from benchmarks.foreign_records import activities, lead_table, orders, stage_events, sync_log

CAUSES = (
    "channel_mix_shift",
    "segment_misfit_price",
    "capacity_shortage",
    "onboarding",
    "process_breach",
    "integration_failure",
    "seasonality",
    "unknown",
)


def _surge(co: Company) -> float:
    """Extra new leads per usual new lead after the start, for the incidents that are floods."""
    if co.cause == "capacity_shortage" and co.rng.random() < 0.4:
        return 0.5 + 0.7 * co.severity
    return 0.0


def _leads(co: Company) -> pd.DataFrame:
    """One row a lead, with hidden columns (leading underscore) that never leave this module."""
    rng = co.rng
    at = arrivals(co, co.count)
    recent = int((at >= co.start).sum())
    share = rng.dirichlet(rng.uniform(2, 6, int(rng.integers(3, 10))))
    victim = int(np.argmin(np.abs(share - rng.uniform(0.06, 0.2))))
    channel = rng.choice(len(share), len(at), p=share)
    extra = int(recent * _surge(co))
    surge = np.zeros(len(at), bool)
    if co.cause == "channel_mix_shift":
        target = rng.uniform(0.28, 0.45) * (0.7 + 0.3 * co.severity) + share[victim] * 0.3
        extra = int(recent * max(target - share[victim], 0.1) / (1 - target))
    if extra:
        at = np.concatenate([at, arrivals(co, extra, co.start)])
        fresh = np.full(extra, victim) if co.cause == "channel_mix_shift" else rng.choice(len(share), extra, p=share)
        channel, surge = np.concatenate([channel, fresh]), np.concatenate([surge, np.ones(extra, bool)])
    drift = rng.random(len(at)) < np.where(at >= co.start, 0.03, 0)  # a small shift that is nobody's incident
    channel = np.where(drift, int(rng.integers(len(share))), channel)
    leads = pd.DataFrame({"_at": at, "_channel": channel, "_surge": surge & (channel == victim)})
    return _firms(co, leads).sort_values("_at", ignore_index=True)


def _firms(co: Company, leads: pd.DataFrame) -> pd.DataFrame:
    """Size, price, budget, product, region of each lead's firm."""
    rng, count, late = co.rng, len(leads), leads["_at"].to_numpy() >= co.start
    channel = leads["_channel"].to_numpy()
    middle = rng.normal(np.log(rng.uniform(40, 150)), 0.4, int(channel.max()) + 1)[channel]
    size = np.exp(rng.normal(middle, rng.uniform(0.8, 1.3), count))
    poor = (
        leads["_surge"].to_numpy()
        & (co.cause == "channel_mix_shift")
        & (rng.random(count) < rng.choice([0.0, 0.5, 0.8]))
    )
    rise = np.ones(count)
    if co.cause == "segment_misfit_price":
        if rng.random() < 0.5:
            rise = np.where(late, 1.25 + 0.4 * co.severity, 1.0)
        else:
            poor = late & (rng.random(count) < 0.35 + 0.3 * co.severity)
    size = np.maximum(np.where(poor, np.exp(rng.normal(np.log(18), 0.6, count)), size), 2).astype(int)
    product = rng.choice(int(rng.integers(2, 7)), count)
    list_price = rng.uniform(20_000, 120_000, 7)[product]
    price = list_price * (size / 80) ** 0.15 * np.exp(rng.normal(0, 0.2, count)) * rise
    budget = list_price * (size / 80) ** 0.45 * np.exp(rng.normal(0.25, 0.3, count))
    region = rng.choice(int(rng.integers(2, 9)), count)
    return leads.assign(_size=size, _price=price, _budget=budget, _product=product, _region=region, _small=size < 60)


def _reps(co: Company, leads: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """The reps' table and the rep (row) of each lead."""
    rng, at = co.rng, leads["_at"].to_numpy()
    count = int(rng.integers(6, 40))
    hired = -rng.uniform(60, 2500, count)
    owner = rng.choice(count, len(leads), p=rng.dirichlet(np.full(count, 8.0)))
    active = np.ones(count, bool)
    late = at >= co.start
    if co.cause == "capacity_shortage" and not leads["_surge"].any() and len(leads) <= co.count:
        active[rng.choice(count, max(1, int(count * (0.25 + 0.25 * co.severity))), replace=False)] = False
        owner = np.where(late & ~active[owner], rng.choice(np.flatnonzero(active), len(leads)), owner)
    fresh = max(2, int(count * rng.uniform(0.4, 0.8))) if co.cause == "onboarding" else int(rng.random() < 0.4)
    since = co.start + rng.uniform(-20, 4, fresh)
    share = rng.uniform(0.5, 0.65) if co.cause == "onboarding" else 0.4 / count
    if fresh:
        owner = np.where(late & (rng.random(len(leads)) < share), count + rng.choice(fresh, len(leads)), owner)
    hired, active = np.concatenate([hired, since]), np.concatenate([active, np.ones(fresh, bool)])
    teams = ids_of(co, int(rng.integers(2, 6)), "T")
    frame = pd.DataFrame(
        {"rep_id": ids_of(co, len(hired), "u"), "team": rng.choice(teams, len(hired)), "active": active}
    )
    frame["name"] = frame["rep_id"].str.upper()
    frame["hired_on"] = pd.DatetimeIndex(co.moment(hired)).date
    frame["weekly_capacity_hours"] = rng.choice([35, 40], len(hired))
    return frame.assign(_new=hired > co.start - 30), owner


def _hit(co: Company, leads: pd.DataFrame, new: np.ndarray) -> np.ndarray:
    """Which leads the incident may touch (the process's breach is drawn on the way)."""
    if co.cause == "channel_mix_shift":
        return leads["_surge"].to_numpy()
    if co.cause == "segment_misfit_price":
        return leads["_small"].to_numpy()
    if co.cause == "onboarding":
        return new
    return np.full(len(leads), co.cause not in ("calm", "integration_failure"))


def _walk(co: Company, leads: pd.DataFrame, hit: np.ndarray, breach: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fractional days of entry into each stage (NaN: never) and of loss, (count, stages) and (count,)."""
    rng, count, depth = co.rng, len(leads), len(co.stages)
    entered, lost = np.full((count, depth), np.nan), np.full(count, np.nan)
    entered[:, 0] = leads["_at"]
    quality = (
        np.exp(rng.normal(0, 0.15, int(leads["_channel"].max()) + 1))[leads["_channel"]] * (leads["_size"] / 80) ** 0.05
    )
    effect = {"channel_mix_shift": 0.75, "segment_misfit_price": 0.75, "onboarding": 0.75}.get(
        co.cause, 0.5
    ) * co.severity
    late_hours = rng.uniform(5, 20) * co.severity
    within = rng.uniform(0.4, 0.9)
    for k in range(depth - 1):
        mean = within / 24 if k == 0 else rng.uniform(1.5, 6)
        wait = rng.gamma(1.5, mean / 1.5, count)
        chance = (0.93 if k == 0 else rng.uniform(0.5, 0.85)) * quality.to_numpy() * (1 + 0.05 * rng.normal())
        out = entered[:, k] + wait
        touched = hit & (out >= co.start)
        if co.cause == "seasonality":
            touched = is_slow(co, out)
        if co.cause == "process_breach" and k == 0:
            wait = np.where(touched & breach, wait + rng.gamma(2, late_hours / 48, count), wait)
        target = touched & (k == co.stage) & (breach if co.cause == "process_breach" else True)
        chance = np.where(target, chance * max(1 - effect, 0.08), chance)
        wait = np.where(target, wait * (1 + 1.5 * co.severity), wait)
        if co.cause == "capacity_shortage":
            wait = np.where(touched & ~target, wait * (1 + 0.4 * co.severity), wait)
        moves = rng.random(count) < np.clip(chance, 0, 0.97)
        entered[:, k + 1] = np.where(moves, _office(co, entered[:, k] + wait, k), np.nan)
        leaves = ~moves & ~np.isnan(entered[:, k]) & (rng.random(count) < 0.92)
        patience = rng.gamma(2, np.where(target, 5 + 12 * co.severity, 5))
        lost = np.where(leaves, _office(co, entered[:, k] + 2 * wait + patience, 1), lost)
    return entered, lost


def _office(co: Company, day: np.ndarray, step: int) -> np.ndarray:
    """Moves most of what would fall on a weekend to the next Monday; first responses mostly come at once."""
    weekday = (np.nan_to_num(np.floor(day)).astype(int) + (co.end - pd.Timedelta(days=co.days)).dayofweek) % 7
    moved = (weekday >= 5) & (co.rng.random(len(day)) < (0.1 if step == 0 else 0.8))
    return np.where(moved, day + (7 - weekday), day)


def shows(co: Company, events: pd.DataFrame) -> bool:
    """Whether the incident is at least about half the mission's case (stock +80 %, conversion halved) in 30 days:
    stock of the stage up 40 % to at least 30 leads, or conversion down by a quarter with 60 leads decided.
    """
    first = events.pivot_table(index="lead_id", columns="stage", values="entered_at", aggfunc="min")
    inside = first.reindex(columns=[co.stages[co.stage]]).iloc[:, 0]
    onward = first.reindex(columns=list(co.stages[co.stage + 1 :])).apply(pd.to_datetime).min(axis=1)
    out = onward.fillna(first["lost"])
    month = pd.Timedelta(days=30)
    stock = [int(((inside <= at) & ~(out <= at)).sum()) for at in (co.end - month, co.end)]
    spans = [out.between(co.end - (i + 1) * month, co.end - i * month) & inside.notna() for i in (1, 0)]
    rates = [float(onward[span].notna().mean()) for span in spans]
    piled = stock[1] >= max(30, 1.4 * stock[0])
    return piled or (rates[1] <= 0.75 * rates[0] and min(s.sum() for s in spans) >= 60)


def world(cause: str, seed: int) -> tuple[dict[str, pd.DataFrame], pd.Timestamp]:
    """The bundle's tables by name and the naive local moment at which the world ends (the `as_of` to diagnose at)."""
    for attempt in range(50):
        co = company(cause, seed * 50 + attempt)
        tables = _tables(co)
        if cause == "calm" or shows(co, tables["stage_events"]):
            break
    return tables, co.end


def _tables(co: Company) -> dict[str, pd.DataFrame]:
    """The bundle of one company."""
    cause = co.cause
    leads = _leads(co)
    reps, owner = _reps(co, leads)
    ids, rng = ids_of(co, len(leads), "L"), co.rng
    skips = cause == "process_breach" and rng.random() < 0.4 and co.stage >= 2
    breach = (leads["_at"].to_numpy() >= co.start - 5) & (rng.random(len(leads)) < 0.55 + 0.3 * co.severity)
    hit = _hit(co, leads, reps["_new"].to_numpy()[owner])
    entered, lost = _walk(co, leads, hit, breach)
    if skips:  # what was breached is the analysis, not the first response
        entered[:, 1] = np.minimum(entered[:, 1], entered[:, 0] + rng.gamma(1.5, 0.02, len(leads)))
    channels, rep_ids = ids_of(co, 12, "c"), reps["rep_id"].to_numpy()[owner]
    poor = leads["_small"].to_numpy() & (leads["_surge"].to_numpy() | (cause == "segment_misfit_price"))
    skipped = breach & skips & (entered[:, 1] >= co.start)
    tables = {
        "channels": pd.DataFrame({"channel_id": channels, "name": np.char.upper(channels.astype(str))}),
        "reps": reps.drop(columns="_new"),
        "leads": lead_table(co, leads, ids, rep_ids, channels),
        "stage_events": stage_events(co, ids, entered, lost, skipped),
        "activities": activities(co, ids, rep_ids, entered, poor),
        "sync_log": sync_log(co),
        "orders": orders(co, ids, entered, leads),
    }
    if rng.random() < 0.3:
        del tables["orders"]
    left = reps.loc[~reps["active"], "rep_id"]
    calls = tables["activities"]
    late = calls["rep_id"].isin(left) & (calls["occurred_at"] >= co.moment(np.array([co.start]))[0])
    calls.loc[late, "rep_id"] = rng.choice(reps.loc[reps["active"], "rep_id"].to_numpy(), int(late.sum()))
    if rng.random() < 0.3:
        tables["reps"] = tables["reps"].drop(columns="active")
    if cause != "integration_failure" and rng.random() < 0.3:
        del tables["sync_log"]
    if cause != "segment_misfit_price" and rng.random() < 0.15:
        del tables["activities"]
    return tables


def write(folder: Path, cause: str, seed: int) -> pd.Timestamp:
    """Writes the world's tables as CSV files and its truth as `truth.txt`; returns the moment of its end."""
    folder.mkdir(parents=True, exist_ok=True)
    tables, end = world(cause, seed)
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    (folder / "truth.txt").write_text(f"{cause}\n", encoding="utf-8")
    return end
