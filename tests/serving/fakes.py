"""Stand-ins with the signatures of the rooms below, and tiny models made by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import xgboost as xgb

from crm_core.access import Scope
from scoring.artefact import Artefact
from scoring.calibration import Calibrator
from scoring.feature_spec import FeatureSpec
from scoring.scorecard import Scorecard

NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
TRAINED_AS_OF = datetime(2026, 5, 1, tzinfo=UTC)
WIN_FEATURES = (
    FeatureSpec("age_days", "number", "Days since creation", "创建至今天数", "days"),
    FeatureSpec("employee_count", "number", "Employees", "员工人数", "people"),
    FeatureSpec("channel_id", "category", "Channel", "渠道", None, ("web", "fair"), has_other=True),
)
CUSTOMER_FEATURES = (
    FeatureSpec("recency_days", "number", "Days since last order", "距上次下单天数", "days"),
    FeatureSpec("frequency_365d", "number", "Orders", "订单数", "orders"),
)


@lru_cache
def booster(features: tuple[FeatureSpec, ...], classes: int) -> xgb.Booster:
    """A few trees on seeded noise whose label follows the first column."""
    rng = np.random.default_rng(7)
    rows = rng.integers(0, 100, size=(300, len(features))).astype(np.float32)
    for column, spec in enumerate(features):
        if spec.kind == "category":
            rows[:, column] %= spec.count_codes
    labels = rows[:, 0] * classes // 100 if classes > 2 else rows[:, 0] < 50
    kinds = ["c" if spec.kind == "category" else "q" for spec in features]
    data = xgb.DMatrix(rows, label=labels, feature_types=kinds, enable_categorical=True)
    objective: dict[str, Any] = {"objective": "binary:logistic", "base_score": 0.5}
    if classes > 2:
        objective = {"objective": "multi:softprob", "num_class": classes, "base_score": 0.5}
    return xgb.train({**objective, "max_depth": 3, "nthread": 1, "seed": 7}, data, num_boost_round=8)


def artefact(name: str, offset: float = 0.0) -> Artefact:
    """A sound model; `offset` moves its log-odds, so that versions can be told apart."""
    features = WIN_FEATURES if name == "win" else CUSTOMER_FEATURES
    classes = 3 if name == "rfm" else 2
    outputs = classes if classes > 2 else 1
    return Artefact(
        name=name,
        features=features,
        booster=booster(features, classes),
        scorecard=Scorecard("prior", np.zeros(outputs)),
        calibrator=Calibrator(offset=offset),
        trained_as_of=TRAINED_AS_OF,
        horizon_days=90,
        grade_thresholds={"A": 0.8, "B": 0.5, "C": 0.2},
    )


@dataclass
class FakeRegistry:
    """Champions by name: (version, artefact), or an error in the artefact's place."""

    champions: dict[str, tuple[int, Artefact | Exception]]
    count_loads: int = 0

    def champion_version(self, name: str) -> int | None:
        return self.champions[name][0] if name in self.champions else None

    def load(self, name: str, version: int) -> Artefact:
        self.count_loads += 1
        named, found = self.champions[name]
        assert named == version
        if isinstance(found, Exception):
            raise found
        return found


def all_champions() -> FakeRegistry:
    return FakeRegistry({"win": (3, artefact("win")), "churn": (1, artefact("churn")), "rfm": (2, artefact("rfm"))})


@dataclass
class FakeVector:
    entity_id: str
    values: dict[str, Any]
    features_as_of: datetime = NOW - timedelta(minutes=5)
    is_expired: bool = False


@dataclass
class FakeReader:
    """The online store; `failure` is raised in the place of an answer."""

    vectors: dict[tuple[str, str], FakeVector]
    failure: Exception | None = None
    asked: list[list[str]] = field(default_factory=list)

    def read(self, entity: str, ids: list[str], now: datetime) -> list[FakeVector | None]:
        assert now.tzinfo is not None
        self.asked.append(ids)
        if self.failure is not None:
            raise self.failure
        return [self.vectors.get((entity, key)) for key in ids]


def lead_values(age_days: float, **more: Any) -> dict[str, Any]:
    values = {"age_days": age_days, "employee_count": 80.0, "channel_id": "web", "expected_amount_cents": 1_000_000}
    return {**values, "size_fit": 0.75, "credit_hold": 0, "prescreen": None, **more}


def customer_values(recency_days: float) -> dict[str, Any]:
    return {
        "recency_days": recency_days,
        "frequency_365d": 4.0,
        "rfm_tier": "growth",
        "monetary_cents_365d": 5_000_000,
    }


def reader() -> FakeReader:
    """Leads L1 to L5 (L5 expired) and customers C1 and C2."""
    leads = [FakeVector(f"L{i}", lead_values(i * 15.0), is_expired=i == 5) for i in range(1, 6)]
    customers = [FakeVector(f"C{i}", customer_values(i * 30.0)) for i in (1, 2)]
    vectors = {("leads", vector.entity_id): vector for vector in leads}
    return FakeReader(vectors | {("customers", vector.entity_id): vector for vector in customers})


class FakeRowFeatures:
    """Features of rows: age from created_at; an unknown product column is left out as the real one does."""

    def lead_frame_of_rows(self, rows: list[dict[str, Any]], as_of: datetime) -> pd.DataFrame:
        records = []
        for row in rows:
            age = (as_of - row["created_at"]).total_seconds() / 86400
            own = {"channel_id": row["channel_id"], "expected_amount_cents": row["expected_amount_cents"]}
            records.append({**lead_values(age, **own), "entity_id": row["lead_id"], "as_of": as_of})
        return pd.DataFrame(records)


@dataclass
class FakeOwnership:
    """Receipts, and reps of leads; a manager's team is r1, and customers are everybody's only."""

    stored: dict[str, Any]
    rep_of: dict[str, str | None]

    def receipt(self, prediction_id: str, scope: Scope) -> Any:
        found = self.stored.get(prediction_id)
        return found if found and self.sees(scope, found.entity, found.entity_id) else None

    def sees(self, scope: Scope, entity: str, entity_id: str) -> bool:
        return scope.is_everybody or (entity == "lead" and self.sees_rep(scope, self.rep_of.get(entity_id) or ""))

    def sees_rep(self, scope: Scope, rep_id: str) -> bool:
        return scope.is_everybody or rep_id == (scope.rep_id or "r1")
