"""Records of the incident worlds: who the leads are, what was said and sold, who works, what was synchronised."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

DAY = 86_400.0
Tables = dict[str, pd.DataFrame]
CHANNELS = ["organic", "sem", "expo", "dealer", "outbound", "social", "webinar", "alumni"]
REGIONS = ["north", "south", "east", "west", "overseas"]
INDUSTRIES = ["auto", "food", "chem", "logistics", "retail"]
PRODUCTS = {"X100": 90_000, "X200": 180_000, "M5": 260_000, "Suite": 400_000}
NEUTRAL = {
    True: ["介绍了产品和案例", "讨论了技术指标和接口", "确认了现场条件", "发送资料请查阅", "核对联系人信息",
           "约下次拜访时间", "对比竞争对手方案", "确认交货时间", "客户问售后条款", "参观工厂的安排",
           "要求再给些折扣", "需要领导审批"],
    False: ["sent the brochure and case study", "went through the specification", "asked about delivery time",
            "checked site conditions", "compared with a competitor", "agreed on next meeting", "asked about warranty",
            "wants a small discount", "needs approval of management", "talked about integration with their ERP"],
}  # fmt: skip
MONEY = {
    True: ["预算有限，今年只能先看", "问能不能分期付款", "价格太高，超出预算", "资金紧张，想先租后买"],
    False: ["their budget is limited this year", "asked for instalments", "too expensive for a firm like theirs",
            "cannot afford it without leasing"],
}  # fmt: skip
WAITING = {
    True: ["一直在等工程师排期", "抱怨响应慢，等了很久"],
    False: ["still waiting for an engineer", "complains about slow response"],
}


def profiles(rng: np.random.Generator, count: int, like: pd.DataFrame | None = None) -> pd.DataFrame:
    """Who the leads are; `like`: leads of the same world, whose mix is kept."""
    if like is not None:
        return like.sample(count, replace=True, random_state=int(rng.integers(1 << 31)), ignore_index=True)
    names = rng.choice(CHANNELS, int(rng.integers(4, 9)), replace=False)
    channel = rng.choice(names, count, p=rng.dirichlet(np.full(len(names), 4.0)))
    shift = {name: rng.normal(0, 0.3) for name in names}
    employees = np.exp(rng.normal(4.5 + pd.Series(channel).map(shift).to_numpy(), 1.1)).clip(2, 20_000).round()
    product = rng.choice(list(PRODUCTS), count, p=rng.dirichlet(np.full(4, 6.0)))
    expected = pd.Series(product).map(PRODUCTS).to_numpy(float) * rng.lognormal(0, 0.2, count)
    return pd.DataFrame(
        {
            "channel_id": channel, "employees": employees, "product": product,
            "region": rng.choice(REGIONS, count, p=rng.dirichlet(np.full(5, 6.0))),
            "industry": rng.choice(INDUSTRIES, count, p=rng.dirichlet(np.full(5, 6.0))),
            "expected_amount": expected.round(2), "budget": (expected * rng.lognormal(-0.05, 0.35, count)).round(2),
            "campaign": np.char.add(channel.astype(str), rng.choice(["-a", "-b"], count)),
        }
    )  # fmt: skip


def reps(rng: np.random.Generator, start: float, has_new: bool) -> pd.DataFrame:
    """Who works: most for long, some hired along the way, and new ones."""
    count = int(rng.integers(6, 31))
    hired = np.where(rng.random(count) < 0.8, -rng.uniform(100, 2500, count), rng.uniform(0, start - 5, count))
    if has_new:
        hired = np.append(hired, start - rng.uniform(0, 20, int(rng.integers(2, 9))))
    teams = [f"team {letter}" for letter in "ABCD"[: int(rng.integers(2, 5))]]
    return pd.DataFrame(
        {
            "rep_id": [f"R{n:03d}" for n in range(len(hired))], "name": [f"rep {n}" for n in range(len(hired))],
            "team": rng.choice(teams, len(hired)), "hired": np.floor(hired),
            "weekly_capacity_hours": rng.choice([20.0, 30.0, 36.0, 40.0], len(hired)),
        }
    )  # fmt: skip


def activities(rng: np.random.Generator, leads: pd.DataFrame, closed: Any, plan: Any) -> pd.DataFrame:
    """About one touch in four days while a lead is open; at the stage of the incident some speak of its cause."""
    open_days = np.clip(closed - leads["created"].to_numpy(), 0.2, 60)
    counts = np.minimum(rng.poisson(open_days / 4) + 1, 15)
    row = np.repeat(np.arange(len(leads)), counts)
    at = leads["created"].to_numpy()[row] + rng.random(len(row)) * open_days[row]
    words = np.array(NEUTRAL[plan.is_chinese], object)[rng.integers(0, 10, len(row))]
    money = np.array(MONEY[plan.is_chinese], object)[rng.integers(0, 4, len(row))]
    waiting = np.array(WAITING[plan.is_chinese], object)[rng.integers(0, 2, len(row))]
    tells = leads["hit"].to_numpy()[row] & (plan.cause == "segment_misfit_price") & (rng.random(len(row)) < 0.5)
    tells |= rng.random(len(row)) < 0.06
    waits = (at >= plan.start) & (plan.cause == "capacity_shortage") & (rng.random(len(row)) < 0.15)
    summary = np.where(tells, money, np.where(waits, waiting, words))
    summary = np.where(rng.random(len(row)) < 0.2, None, summary)
    return pd.DataFrame(
        {
            "lead_id": leads["lead_id"].to_numpy()[row], "at": at, "kind": "call", "summary": summary,
            "direction": np.where(rng.random(len(row)) < 0.3, "inbound", "outbound"),
            "rep_id": leads["rep_id"].to_numpy()[row], "duration_seconds": rng.lognormal(6.8, 0.5, len(row)).round(),
        }
    )[at < plan.days]  # fmt: skip


def orders(rng: np.random.Generator, leads: pd.DataFrame, won: Any, closed: Any) -> pd.DataFrame:
    """One order per won lead, up to 15 % below its price."""
    discount = rng.uniform(0, 0.15, len(won)).round(3)
    return pd.DataFrame(
        {
            "order_id": [f"O{n:06d}" for n in range(len(won))], "customer_id": [f"C{n:06d}" for n in range(len(won))],
            "lead_id": leads["lead_id"].to_numpy()[won], "at": closed[won], "discount_rate": discount,
            "amount": (leads["expected_amount"].to_numpy()[won] * (1 - discount)).round(2),
        }
    )  # fmt: skip


def sync_log(rng: np.random.Generator, days: int, outage: float, has_decoy: bool) -> pd.DataFrame:
    """Lines of some systems, few of which fail; one that carries the stages fails from the outage on (4 of 5 times)."""
    systems = ["crm-sync", "erp", "finance"][: int(rng.integers(1, 4))]
    at = np.sort(rng.uniform(0, days, days * len(systems) * 2))
    system = rng.choice(systems, len(at))
    failed = rng.random(len(at)) < rng.uniform(0.003, 0.02)
    if rng.random() < 0.8:
        failed |= (at >= outage) & (system == "crm-sync") & (rng.random(len(at)) < rng.uniform(0.3, 0.9))
    if has_decoy:
        failed |= (at >= days - 8) & (system == "erp") & (rng.random(len(at)) < 0.2)
    entity = np.where(system == "crm-sync", "stage_events", "orders")
    return pd.DataFrame(
        {"source_system": system, "at": at, "status": np.where(failed, "failed", "ok"), "entity": entity}
    )


def dated(tables: Tables, origin: datetime) -> Tables:
    """The tables with moments instead of days since the world began, and the columns' names of the bundle."""
    start = pd.Timestamp(origin).tz_convert(None)
    names = {"at": None, "created": "created_at", "hired": "hired_on"}
    moment = {
        "stage_events": "entered_at",
        "activities": "occurred_at",
        "orders": "ordered_at",
        "sync_log": "occurred_at",
    }
    found = {}
    for table, told in tables.items():
        rows = told.rename(columns={"employees": "employee_count"}).drop(columns="hit", errors="ignore")
        for column, name in names.items():
            if column in rows:
                rows[column] = start + pd.to_timedelta(rows[column] * DAY, unit="s").dt.round("s")
                rows = rows.rename(columns={column: name or moment[table]})
        found[table] = rows
    return found
