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

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

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
STAGES = (
    "captured",
    "contacted",
    "needs_analysis",
    "technical_exchange",
    "solution_demo",
    "negotiation",
    "contract_signed",
    "payment_received",
)
FESTIVALS = pd.to_datetime(["2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17"])
SMALL_TALK = {
    "zh": (
        "客户要求发资料",
        "已演示功能,反馈不错",
        "对方在开会,改天再联系",
        "讨论接口细节",
        "需要内部汇报",
        "约下周见面",
        "了解实施周期",
    ),
    "en": (
        "asked for material",
        "demo went fine",
        "busy, call again",
        "talked about interfaces",
        "reports to the board",
        "meeting next week",
    ),
}
MONEY_TALK = {
    "zh": ("预算有限", "希望分期付款", "价格超出预期", "觉得太贵", "今年预算有限,能否分期付款", "老板嫌贵"),
    "en": (
        "limited budget",
        "asks for instalments",
        "too expensive for them",
        "price is over what they can pay",
        "budget is tight",
    ),
}


@dataclass(frozen=True)
class Company:
    """One random company: its size, habits and the incident planted in it. Days count from the first lead."""

    cause: str
    rng: np.random.Generator
    count: int
    days: int
    end: pd.Timestamp
    start: int
    severity: float
    stage: int
    stages: tuple[str, ...]
    language: str

    def moment(self, day: np.ndarray) -> np.ndarray:
        """Naive local moments of fractional days, to the second."""
        return ((self.end - pd.Timedelta(days=self.days)) + pd.to_timedelta(day, unit="D")).floor("s").to_numpy()


def company(cause: str, seed: int) -> Company:
    """A random company for a cause of CAUSES or `calm`."""
    rng = np.random.default_rng([seed, len(cause), sum(map(ord, cause))])
    dropped = {s for s in ("technical_exchange", "payment_received") if rng.random() < 0.25}
    stages = tuple(s for s in STAGES if s not in dropped)
    seasonal = cause == "seasonality"
    end = pd.Timestamp("2024-04-01") + pd.Timedelta(days=int(rng.integers(0, 800)))
    while not seasonal and np.any((end >= FESTIVALS) & (end < FESTIVALS + pd.Timedelta(days=45))):
        end += pd.Timedelta(days=20)
    days = int(rng.integers(430, 560)) if seasonal else int(rng.integers(180, 480))
    longest = 25 if cause == "integration_failure" else 42
    start = days - int(rng.integers(longest - 12, longest))
    return Company(
        cause,
        rng,
        int(np.exp(rng.uniform(np.log(1500), np.log(20000)))),
        days,
        end,
        start,
        float(rng.uniform(0.6, 1.3)),
        int(rng.integers(1, stages.index("negotiation") + 1)),
        stages,
        str(rng.choice(["zh", "en"], p=[0.65, 0.35])),
    )


def _ids(co: Company, count: int, prefix: str = "") -> np.ndarray:
    """Distinct ids that say nothing."""
    numbers = co.rng.choice(10**8, count, replace=False)
    return np.array([f"{prefix}{n:07x}" for n in numbers], dtype=object)


def _arrivals(co: Company, count: int, first: int = 0) -> np.ndarray:
    """Fractional days of capture: growth, yearly season, weekends, Spring Festival and noise from day to day."""
    rng, day = co.rng, np.arange(first, co.days)
    dates = (co.end - pd.Timedelta(days=co.days)).normalize() + pd.to_timedelta(day, unit="D")
    rate = np.exp(rng.uniform(-0.2, 0.5) * day / 365) * rng.gamma(20, 1 / 20, len(day))
    rate *= 1 + rng.uniform(0, 0.2) * np.sin(2 * np.pi * (dates.dayofyear.to_numpy() / 365 + rng.random()))
    rate *= np.where(dates.dayofweek.to_numpy() >= 5, rng.uniform(0.1, 0.7), 1)
    for festival in FESTIVALS:
        rate[(dates >= festival - pd.Timedelta(days=3)) & (dates < festival + pd.Timedelta(days=8))] *= 0.3
    if co.cause == "seasonality":
        rate *= np.where(_is_slow(co, day), rng.uniform(0.7, 1.0), 1)
    chosen = rng.choice(day, count, p=rate / rate.sum())
    return np.sort(np.minimum(chosen + np.clip(rng.normal(13.5, 3, count), 7, 21) / 24, co.days - 0.02))


def _is_slow(co: Company, day: np.ndarray) -> np.ndarray:
    """Whether a day lies in the slow month of this year or of the year before."""
    return (day >= co.start) | ((day >= co.start - 365) & (day < co.days - 365 + 12))


def _surge(co: Company) -> float:
    """Extra new leads per usual new lead after the start, for the incidents that are floods."""
    if co.cause == "capacity_shortage" and co.rng.random() < 0.4:
        return 0.5 + 0.7 * co.severity
    return 0.0


def _leads(co: Company) -> pd.DataFrame:
    """One row a lead, with hidden columns (leading underscore) that never leave this module."""
    rng = co.rng
    at = _arrivals(co, co.count)
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
        at = np.concatenate([at, _arrivals(co, extra, co.start)])
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
    teams = _ids(co, int(rng.integers(2, 6)), "T")
    frame = pd.DataFrame({"rep_id": _ids(co, len(hired), "u"), "team": rng.choice(teams, len(hired)), "active": active})
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
            touched = _is_slow(co, out)
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


def _stage_events(
    co: Company, ids: np.ndarray, entered: np.ndarray, lost: np.ndarray, skipped: np.ndarray
) -> pd.DataFrame:
    """The stage events that reached the export."""
    rows, columns = np.nonzero(entered < co.days)
    frame = pd.DataFrame({"_lead": rows, "_stage": columns, "_day": entered[rows, columns]})
    frame = frame[~(skipped[rows] & (np.array(co.stages)[columns] == "needs_analysis"))]
    gone = np.flatnonzero(lost < co.days)
    frame = pd.concat([frame, pd.DataFrame({"_lead": gone, "_stage": len(co.stages), "_day": lost[gone]})])
    if co.cause == "integration_failure":
        missing = (frame["_day"] >= co.start) & (frame["_stage"] > co.stage)
        frame = frame[~(missing & (co.rng.random(len(ids)) < 0.35 + 0.5 * co.severity)[frame["_lead"]])]
    names = np.array([*co.stages, "lost"])
    frame["stage"], frame["lead_id"] = names[frame["_stage"]], ids[frame["_lead"]]
    frame["entered_at"] = co.moment(frame["_day"].to_numpy())
    frame["reason"] = np.where(
        frame["stage"] == "lost", co.rng.choice(["price", "competitor", "no answer", ""], len(frame)), ""
    )
    return frame.sort_values("entered_at")[["lead_id", "stage", "entered_at", "reason"]]


def _activities(co: Company, ids: np.ndarray, reps: np.ndarray, entered: np.ndarray, poor: np.ndarray) -> pd.DataFrame:
    """Calls, visits and e-mails with summaries; `poor` leads speak of money four to eight times as often."""
    rng = co.rng
    rows, columns = np.nonzero(entered < co.days)
    again = np.repeat(np.arange(len(rows)), rng.poisson(rng.uniform(0.4, 1.0), len(rows)))
    rows, columns = rows[again], columns[again]
    day = entered[rows, columns] + rng.exponential(1.5, len(rows))
    keep = day < co.days
    rows, day = rows[keep], day[keep]
    base = rng.uniform(0.04, 0.12)
    money = rng.random(len(rows)) < np.where(poor[rows] & (day >= co.start), base * rng.uniform(4, 8), base)
    text = np.where(
        money, rng.choice(MONEY_TALK[co.language], len(rows)), rng.choice(SMALL_TALK[co.language], len(rows))
    )
    kind = rng.choice(["call", "visit", "email"], len(rows), p=[0.7, 0.1, 0.2])
    frame = pd.DataFrame({"activity_id": _ids(co, len(rows), "a"), "occurred_at": co.moment(day), "kind": kind})
    frame["lead_id"], frame["rep_id"], frame["duration_seconds"] = (
        ids[rows],
        reps[rows],
        rng.gamma(2, 240, len(rows)).astype(int),
    )
    return frame.assign(summary=np.where(kind == "call", text, ""))


def _sync_log(co: Company) -> pd.DataFrame:
    """An entry every few hours; a failure now and then, many while the integration is down."""
    day = np.sort(co.rng.uniform(max(0, co.days - 120), co.days, int(co.rng.integers(300, 1500))))
    down = (day >= co.start) & (co.cause == "integration_failure")
    failed = co.rng.random(len(day)) < np.where(down, 0.3 + 0.4 * co.severity, co.rng.uniform(0.002, 0.02))
    frame = pd.DataFrame({"source_system": co.rng.choice(["erp", "crm-a"], len(day)), "occurred_at": co.moment(day)})
    frame["status"], frame["entity"] = np.where(failed, "failed", "ok"), "stage_events"
    return frame.assign(
        message=np.where(failed, co.rng.choice(["timeout", "HTTP 502", "schema mismatch"], len(day)), "")
    )


def _orders(co: Company, ids: np.ndarray, entered: np.ndarray, leads: pd.DataFrame) -> pd.DataFrame:
    """An order per contract at the lead's price, less a discount."""
    day = entered[:, co.stages.index("contract_signed")]
    won = np.flatnonzero(day < co.days)
    rate = co.rng.choice([0, 0, 0.05, 0.1, 0.15], len(won))
    frame = pd.DataFrame({"order_id": _ids(co, len(won), "o"), "customer_id": _ids(co, len(won), "k")})
    frame["ordered_at"], frame["lead_id"], frame["discount_rate"] = co.moment(day[won]), ids[won], rate
    return frame.assign(amount=(leads["_price"].to_numpy()[won] * (1 - rate)).round(2))


def _lead_table(
    co: Company, leads: pd.DataFrame, ids: np.ndarray, reps: np.ndarray, channels: np.ndarray
) -> pd.DataFrame:
    """The leads as exported: gaps, and columns that this company does not keep."""
    rng = co.rng
    table = pd.DataFrame({"lead_id": ids, "created_at": co.moment(leads["_at"].to_numpy()), "rep_id": reps})
    table["channel_id"] = channels[leads["_channel"]]
    table["product"] = _ids(co, 7, "P")[leads["_product"]]
    table["region"] = _ids(co, 9, "R")[leads["_region"]]
    table["employee_count"] = leads["_size"].where(rng.random(len(leads)) > rng.uniform(0, 0.2))
    table["expected_amount"] = leads["_price"].round(2)
    table["budget"] = leads["_budget"].round(2).where(rng.random(len(leads)) > rng.uniform(0.1, 0.6))
    table["industry"] = rng.choice(_ids(co, 6, "I"), len(leads))
    table["score_of_old_crm"] = rng.normal(50, 12, len(leads)).round(1)
    priced = co.cause == "segment_misfit_price"
    unkept = [c for c in ("product", "region", "industry", "score_of_old_crm") if rng.random() < 0.2]
    return table.drop(columns=unkept + [c for c in ("budget",) if not priced and rng.random() < 0.3])


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
    ids, rng = _ids(co, len(leads), "L"), co.rng
    skips = cause == "process_breach" and rng.random() < 0.4 and co.stage >= 2
    breach = (leads["_at"].to_numpy() >= co.start - 5) & (rng.random(len(leads)) < 0.55 + 0.3 * co.severity)
    hit = _hit(co, leads, reps["_new"].to_numpy()[owner])
    entered, lost = _walk(co, leads, hit, breach)
    if skips:  # what was breached is the analysis, not the first response
        entered[:, 1] = np.minimum(entered[:, 1], entered[:, 0] + rng.gamma(1.5, 0.02, len(leads)))
    channels, rep_ids = _ids(co, 12, "c"), reps["rep_id"].to_numpy()[owner]
    poor = leads["_small"].to_numpy() & (leads["_surge"].to_numpy() | (cause == "segment_misfit_price"))
    skipped = breach & skips & (entered[:, 1] >= co.start)
    tables = {
        "channels": pd.DataFrame({"channel_id": channels, "name": np.char.upper(channels.astype(str))}),
        "reps": reps.drop(columns="_new"),
        "leads": _lead_table(co, leads, ids, rep_ids, channels),
        "stage_events": _stage_events(co, ids, entered, lost, skipped),
        "activities": _activities(co, ids, rep_ids, entered, poor),
        "sync_log": _sync_log(co),
        "orders": _orders(co, ids, entered, leads),
    }
    if rng.random() < 0.3:
        del tables["orders"]
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
