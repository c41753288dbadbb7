"""Training frames with a planted truth, and a repository that hands them out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from configs.settings import Settings, load_settings
from features.schema import Feature, category, number

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
TIERS = np.array(["maintenance", "growth", "strategic"])


@dataclass
class Frame:
    """The shape of `features.training_frame.TrainingFrame`."""

    frame: pd.DataFrame
    features: list[Feature]
    horizon_days: int
    entity: str
    excluded: dict[str, int] = field(default_factory=dict)


@dataclass
class FakeRepository:
    """Hands out what it was given."""

    frame: Frame
    open_leads: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"entity_id": []}))
    asked_open_at: list[datetime] = field(default_factory=list)

    def training_frame(self, model: str, as_of: datetime) -> Frame:  # noqa: ARG002
        return self.frame

    def current_frame(self, entity: str, as_of: datetime) -> pd.DataFrame:  # noqa: ARG002
        self.asked_open_at.append(as_of)
        return self.open_leads


def settings_in(home: Path, **training: Any) -> Settings:
    """Settings whose state lies in `home`, with a cheap bootstrap and some training keys changed."""
    settings = load_settings()
    gate = settings.training.gate.model_copy(update={"bootstrap_samples": 200})
    changed = settings.training.model_copy(update={"gate": gate, **training})
    return settings.model_copy(update={"home": home, "training": changed})


def won_leads(rows: int = 1200, seed: int = 0, landmarks: int = 1, rate_shift: float = 0.0) -> Frame:
    """Leads over 400 days, horizon 30 days.

    Truth: log-odds = -1 + 1.2 x response (less hours is better) + 1 for channel referral - 1 for channel fair +
    rate_shift over the history. `noise`, `constant` and `empty` say nothing; `mixed` is a column of mixed types.
    """
    rng = np.random.default_rng(seed)
    started = np.sort(rng.uniform(0, 400, rows))
    hours = rng.exponential(5, rows)
    channel = rng.choice(["web", "fair", "referral"], rows)
    log_odds = (
        -1 + 1.2 * (1 - hours / 5) + (channel == "referral") - 1.0 * (channel == "fair") + rate_shift * started / 400
    )
    label = (rng.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(int)
    lead = np.repeat(np.arange(rows), landmarks)
    created = pd.Timestamp("2024-06-01", tz="UTC") + pd.to_timedelta(started[lead], unit="D")
    as_of = created + pd.to_timedelta(np.tile(np.arange(landmarks), rows), unit="D")
    known = as_of + pd.to_timedelta(rng.uniform(1, 30, len(lead)), unit="D")
    frame = pd.DataFrame({
        "entity_id": [f"L{i}" for i in lead], "as_of": as_of, "group_started_at": created, "label": label[lead],
        "known_at": known, "max_known_at": as_of + pd.Timedelta(days=30), "weight": 1 / landmarks,
        "response_hours": np.where(rng.random(len(lead)) < 0.1, np.nan, hours[lead]),
        "channel_id": channel[lead].astype(object),
        "noise": rng.normal(size=len(lead)), "constant": 3.0, "empty": np.nan,
        "mixed": pd.Series([("a", 1, 2.5, None)[i % 4] for i in lead], dtype=object),
    })  # fmt: skip
    features = [
        number("response_hours", "First response", "首次响应", "hours"), category("channel_id", "Channel", "渠道"),
        number("noise", "Noise", "噪声"), number("constant", "Constant", "常数"), number("empty", "Empty", "空"),
        category("mixed", "Mixed", "混合"),
    ]  # fmt: skip
    return Frame(frame, features, 30, "leads")


def customers(model: str, count: int = 300, months: int = 18, seed: int = 0) -> Frame:
    """Customers at monthly snapshots, horizon 90 days.

    Truth: churn log-odds = -2 + recency / 40. RFM: growth moves up with 0.1 and down with 0.3; strategic moves down
    with 0.4, maintenance up with 0.15; recent buyers (under 20 days) move up twice as often.
    """
    rng = np.random.default_rng(seed)
    rows = count * months
    month = np.repeat(np.arange(months), count)
    as_of = pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(month * 30, unit="D")
    recency, tier = rng.exponential(40, rows), rng.choice(TIERS, rows, p=[0.6, 0.3, 0.1])
    if model == "churn":
        label = (rng.random(rows) < 1 / (1 + np.exp(2 - recency / 40))).astype(int)
    else:
        up = np.select([tier == "strategic", tier == "growth"], [0.0, 0.1], 0.15) * np.where(recency < 20, 2, 1)
        down = np.select([tier == "strategic", tier == "growth"], [0.4, 0.3], 0.0)
        draw = rng.random(rows)
        label = np.where(draw < down, 0, np.where(draw > 1 - up, 2, 1))
    late = as_of + pd.Timedelta(days=90)
    frame = pd.DataFrame({
        "entity_id": [f"C{i}" for i in np.tile(np.arange(count), months)], "as_of": as_of, "group_started_at": as_of,
        "label": label, "known_at": late, "max_known_at": late, "weight": 1.0, "rfm_tier": tier.astype(object),
        "recency_days": recency, "monetary_cents_365d": rng.exponential(1e6, rows) * (1 + 2 * (tier == "strategic")),
    })  # fmt: skip
    features = [
        number("recency_days", "Days since the last order", "距上次下单天数", "days"),
        number("monetary_cents_365d", "Order value", "订单金额", "cents"),
    ]  # fmt: skip
    return Frame(frame, features, 90, "customers")


def buyers(count: int = 300, months: int = 15, seed: int = 0) -> Frame:
    """Customers at monthly snapshots from their first purchase on, horizon 90 days.

    Truth: BG/NBD. Gaps are exponential with a mean of 10 to 200 days; after each purchase 5 % are lost. There is no
    season.
    """
    rng = np.random.default_rng(seed)
    first, pace = rng.uniform(0, 60, count), rng.uniform(10, 200, count)
    rows = []
    for customer in range(count):
        gaps = rng.exponential(pace[customer], rng.geometric(0.05) - 1)
        times = first[customer] + np.concatenate([[0.0], gaps.cumsum()])
        for moment in np.arange(60, 60 + 30 * months, 30):
            seen = times[times <= moment]
            if len(seen) and moment - seen[-1] < 365:
                is_silent = not ((times > moment) & (times <= moment + 90)).any()
                rows.append((customer, moment, len(seen), moment - seen[0], moment - seen[-1], int(is_silent)))
    table = np.array(rows, dtype=float)
    table = table[np.argsort(table[:, 1], kind="stable")]
    as_of = pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(table[:, 1], unit="D")
    late = as_of + pd.Timedelta(days=90)
    frame = pd.DataFrame({
        "entity_id": [f"C{int(i)}" for i in table[:, 0]], "as_of": as_of, "group_started_at": as_of,
        "label": table[:, 5].astype(int), "known_at": late, "max_known_at": late, "weight": 1.0,
        "order_count_total": table[:, 2], "tenure_days": table[:, 3], "recency_days": table[:, 4],
        "as_of_month": pd.DatetimeIndex(as_of).month.astype(float),
    })  # fmt: skip
    features = [
        number("order_count_total", "Orders so far", "累计订单数", "orders"),
        number("tenure_days", "Days since the first order", "首次下单至今天数", "days"),
        number("recency_days", "Days since the last order", "距上次下单天数", "days"),
        number("as_of_month", "Month", "月份", "month"),
    ]  # fmt: skip
    return Frame(frame, features, 90, "customers")
