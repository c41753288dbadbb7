"""The tables of foreign_worlds.py as that company would export them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.foreign_company import Company, ids_of

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


def stage_events(
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


def activities(co: Company, ids: np.ndarray, reps: np.ndarray, entered: np.ndarray, poor: np.ndarray) -> pd.DataFrame:
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
    frame = pd.DataFrame({"activity_id": ids_of(co, len(rows), "a"), "occurred_at": co.moment(day), "kind": kind})
    frame["lead_id"], frame["rep_id"], frame["duration_seconds"] = (
        ids[rows],
        reps[rows],
        rng.gamma(2, 240, len(rows)).astype(int),
    )
    return frame.assign(summary=np.where(kind == "call", text, ""))


def sync_log(co: Company) -> pd.DataFrame:
    """An entry every few hours; a failure now and then, many while the integration is down."""
    day = np.sort(co.rng.uniform(max(0, co.days - 120), co.days, int(co.rng.integers(300, 1500))))
    down = (day >= co.start) & (co.cause == "integration_failure")
    failed = co.rng.random(len(day)) < np.where(down, 0.3 + 0.4 * co.severity, co.rng.uniform(0.002, 0.02))
    frame = pd.DataFrame({"source_system": co.rng.choice(["erp", "crm-a"], len(day)), "occurred_at": co.moment(day)})
    frame["status"], frame["entity"] = np.where(failed, "failed", "ok"), "stage_events"
    return frame.assign(
        message=np.where(failed, co.rng.choice(["timeout", "HTTP 502", "schema mismatch"], len(day)), "")
    )


def orders(co: Company, ids: np.ndarray, entered: np.ndarray, leads: pd.DataFrame) -> pd.DataFrame:
    """An order per contract at the lead's price, less a discount."""
    day = entered[:, co.stages.index("contract_signed")]
    won = np.flatnonzero(day < co.days)
    rate = co.rng.choice([0, 0, 0.05, 0.1, 0.15], len(won))
    frame = pd.DataFrame({"order_id": ids_of(co, len(won), "o"), "customer_id": ids_of(co, len(won), "k")})
    frame["ordered_at"], frame["lead_id"], frame["discount_rate"] = co.moment(day[won]), ids[won], rate
    return frame.assign(amount=(leads["_price"].to_numpy()[won] * (1 - rate)).round(2))


def lead_table(
    co: Company, leads: pd.DataFrame, ids: np.ndarray, reps: np.ndarray, channels: np.ndarray
) -> pd.DataFrame:
    """The leads as exported: gaps, and columns that this company does not keep."""
    rng = co.rng
    table = pd.DataFrame({"lead_id": ids, "created_at": co.moment(leads["_at"].to_numpy()), "rep_id": reps})
    table["channel_id"] = channels[leads["_channel"]]
    table["product"] = ids_of(co, 7, "P")[leads["_product"]]
    table["region"] = ids_of(co, 9, "R")[leads["_region"]]
    table["employee_count"] = leads["_size"].where(rng.random(len(leads)) > rng.uniform(0, 0.2))
    table["expected_amount"] = leads["_price"].round(2)
    table["budget"] = leads["_budget"].round(2).where(rng.random(len(leads)) > rng.uniform(0.1, 0.6))
    table["industry"] = rng.choice(ids_of(co, 6, "I"), len(leads))
    table["score_of_old_crm"] = rng.normal(50, 12, len(leads)).round(1)
    priced = co.cause == "segment_misfit_price"
    unkept = [c for c in ("product", "region", "industry", "score_of_old_crm") if rng.random() < 0.2]
    return table.drop(columns=unkept + [c for c in ("budget",) if not priced and rng.random() < 0.3])
