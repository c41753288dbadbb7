"""Stand-ins for the rooms upstream: leads of a known distribution, and a model that is a known function of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from features.schema import Feature
from scoring.errors import NoModelError

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
TURN = AS_OF - timedelta(days=30)
START = TURN - timedelta(days=90)

FEATURES = [
    Feature("channel_id", "category", "Channel", "渠道"),
    Feature("industry", "category", "Industry", "行业"),
    Feature("employee_count", "number", "Employees", "员工人数", "people"),
    Feature("budget", "number", "Budget", "预算", "currency"),
    Feature("has_phone", "number", "Phone number known", "有电话号码"),
    Feature("age_days", "number", "Days since creation", "创建至今天数", "days"),
    Feature("as_of_month", "number", "Month", "月份", "month"),
    Feature("channel_win_rate_180d", "number", "Channel: win rate, last 180 days", "渠道近180天赢单率"),
]


def leads(
    rows: int, start: datetime, end: datetime, shares: dict[str | None, float], seed: int, size_factor: float = 1.0
) -> pd.DataFrame:
    """Leads created evenly in [start, end), with these channel shares and firms `size_factor` as large."""
    rng = np.random.default_rng(seed)
    seconds = np.sort(rng.uniform(0, (end - start).total_seconds(), rows))
    created_at = pd.to_datetime([start + timedelta(seconds=float(second)) for second in seconds], utc=True)
    channels = np.array(list(shares), dtype=object)
    channel = channels[rng.choice(len(channels), size=rows, p=np.array(list(shares.values())))]
    budget = np.exp(rng.normal(11, 1, rows))
    budget[rng.random(rows) < 0.1] = np.nan
    return pd.DataFrame(
        {
            "entity_id": [f"L{seed}-{index}" for index in range(rows)],
            "as_of": created_at,
            "created_at": created_at,
            "channel_id": channel,
            "rep_id": rng.choice(["r1", "r2", "r3"], rows),
            "industry": rng.choice(["machinery", "food", "电子"], rows, p=[0.5, 0.3, 0.2]),
            "employee_count": np.round(np.exp(rng.normal(4.5, 1, rows)) * size_factor),
            "budget": budget,
            "has_phone": (rng.random(rows) < 0.8).astype(float),
            "age_days": 0.0,
            "as_of_month": created_at.month.astype(float),
            "channel_win_rate_180d": [
                _track_record(str(name), moment) for name, moment in zip(channel, created_at, strict=True)
            ],
        }
    )


def _track_record(channel: str, moment: datetime) -> float:
    """One moving figure per channel and day."""
    return float(np.random.default_rng([sum(channel.encode()), moment.toordinal()]).uniform(0.1, 0.3))


CALM = {"web": 0.48, "referral": 0.40, "trade_show": 0.12}
SHIFTED = {"web": 0.33, "referral": 0.28, "trade_show": 0.39}


def calm_leads(rows: int = 1200, seed: int = 1) -> pd.DataFrame:
    """The same distribution in both windows."""
    before, now = leads(rows * 3 // 4, START, TURN, CALM, seed), leads(rows // 4, TURN, AS_OF, CALM, seed + 1000)
    return pd.concat([before, now], ignore_index=True)


def shifted_leads(rows: int = 1200, seed: int = 1) -> pd.DataFrame:
    """The trade show goes from 12 % to 39 %, and the firms shrink to a third."""
    before, now = (
        leads(rows * 3 // 4, START, TURN, CALM, seed),
        leads(rows // 4, TURN, AS_OF, SHIFTED, seed + 1000, 1 / 3),
    )
    return pd.concat([before, now], ignore_index=True)


@dataclass
class FakeRepository:
    """Serves these leads."""

    frame: pd.DataFrame
    features: list[Feature] = field(default_factory=lambda: list(FEATURES))

    def creation_frame(self, start: datetime, end: datetime, as_of: datetime) -> pd.DataFrame:
        created_at = pd.to_datetime(self.frame["created_at"], utc=True)
        return self.frame[(created_at >= start) & (created_at < min(end, as_of))]

    def catalogue(self, model: str) -> list[Feature]:
        assert model == "win"
        return self.features


@dataclass
class FakeModel:
    """Larger firms win more often; the trade show halves it."""

    trained_as_of: datetime = START
    horizon_days: int = 90
    metrics: dict[str, float] = field(
        default_factory=lambda: {"roc_auc": 0.74, "log_loss": 0.41, "brier": 0.13, "ece": 0.02}
    )
    provenance: dict[str, Any] = field(
        default_factory=lambda: {
            "baselines": {"base_rate": {"roc_auc": 0.5, "log_loss": 0.5}, "logistic": {"roc_auc": 0.7}}
        }
    )

    def encode(self, frame: pd.DataFrame) -> np.ndarray[Any, Any]:
        return np.column_stack([frame["employee_count"], frame["channel_id"].eq("trade_show")]).astype(np.float32)

    def predict(self, encoded: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        odds = np.exp(0.4 * np.log(encoded[:, 0] + 1) - 3 - 0.8 * encoded[:, 1])
        return np.asarray(odds / (1 + odds), dtype=np.float64)


@dataclass
class FakeRegistry:
    """Holds one model, or none."""

    model: FakeModel | None = field(default_factory=FakeModel)

    def load_champion(self, name: str) -> tuple[FakeModel, int]:
        if self.model is None:
            raise NoModelError(f"A champion of the {name} model must exist, but there is none.")
        return self.model, 3
