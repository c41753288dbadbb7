from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from crm_core.database import write_transaction
from crm_core.receipts import Receipt, write_receipts
from crm_core.stored_profiles import last_known_features, open_lead_profiles
from crm_core.tables import Lead, StageEvent
from tests.crm_core.conftest import open_migrated

NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(days=2)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with open_migrated("sqlite", tmp_path) as engine:
        yield engine


def receipt(number: int, lead_id: str, hours_ago: int, model: str = "win", **more: Any) -> Receipt:
    at = NOW - timedelta(hours=hours_ago)
    known = {"features": {"age_days": number}, "features_as_of": at, "scores": {"win_probability": 0.5}, "reasons": []}
    return Receipt(f"p{number}", "lead", lead_id, model, "3", scored_at=at, expires_at=NOW, **{**known, **more})


def test_the_newest_receipt_counts_and_neither_a_degraded_nor_a_challengers_one(engine: Engine) -> None:
    write_receipts(
        engine,
        [
            receipt(1, "L1", 5), receipt(2, "L1", 3), receipt(3, "L1", 1, is_degraded=True),
            receipt(4, "L1", 1, "win:challenger"), receipt(5, "L2", 1, features_as_of=None),
        ],
    )  # fmt: skip
    found = last_known_features(engine, "lead", "win", ["L1", "L2", "L3"])
    assert set(found) == {"L1"}
    assert found["L1"].values == {"age_days": 2}
    assert found["L1"].features_as_of == NOW - timedelta(hours=3)


def test_open_leads_are_told_by_feature_name_and_closed_ones_are_not(engine: Engine) -> None:
    stamp = {
        "created_at": EARLIER,
        "recorded_at": EARLIER,
        "change_seq": 1,
        "row_hash": "x",
        "is_backfilled": False,
        "attributes": {},
    }
    leads = [
        {"lead_id": key, "channel_id": "web", "expected_amount_cents": 12345, **stamp} for key in ("L1", "L2", "L3")
    ]
    leads.append({**leads[0], "lead_id": "L4", "created_at": NOW + timedelta(days=1)})
    known = {"recorded_at": EARLIER, "change_seq": 1, "row_hash": "x", "is_backfilled": False}
    closed = {"event_id": "e", "lead_id": "L2", "stage": "lost", "entered_at": EARLIER, **known}
    reopened = {**closed, "event_id": "f", "lead_id": "L3", "entered_at": NOW + timedelta(days=1)}
    with write_transaction(engine) as connection:
        connection.execute(insert(Lead), leads)
        connection.execute(insert(StageEvent), [closed, reopened])
    found = open_lead_profiles(engine, ["lost"], NOW, ["L1", "L2", "L3", "L4", "nobody"])
    assert set(found) == {"L1", "L3"}
    assert (found["L1"]["channel_id"], found["L1"]["expected_amount"], found["L1"]["budget"]) == ("web", 123.45, None)
