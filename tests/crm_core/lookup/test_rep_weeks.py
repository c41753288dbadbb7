from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from configs.settings import Settings, load_settings
from crm_core.access.scope import Scope
from crm_core.events import upsert_rows
from crm_core.lookup.rep_weeks import rep_weeks
from tests.crm_core.conftest import open_migrated

# 2026-06-01 is a Monday without a holiday in its week in China. 09:00 in Shanghai is 01:00 UTC; a day has 9 hours.
MONDAY_MORNING = datetime(2026, 6, 1, 1, tzinfo=UTC)
REPS = [
    {"rep_id": "r1", "name": "Li", "team": "north", "weekly_capacity_hours": 45},
    {"rep_id": "r2", "name": "Wang", "team": "south"},
    {"rep_id": "gone", "name": "Gone", "team": "north", "active": False},
]


@pytest.fixture
def settings() -> Settings:
    return load_settings()


@pytest.fixture(params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> Any:
    with open_migrated(str(request.param), tmp_path) as engine:
        upsert_rows(engine, "reps", REPS, settings, MONDAY_MORNING)
        yield engine


def worked(engine: Engine, settings: Settings, rep_id: str, *spans: tuple[str, float | None]) -> None:
    rows = [
        {
            "activity_id": f"{rep_id}{at}",
            "occurred_at": at,
            "kind": "visit",
            "rep_id": rep_id,
            "duration_seconds": seconds,
        }
        for at, seconds in spans
    ]
    _, faults = upsert_rows(engine, "activities", rows, settings, MONDAY_MORNING + timedelta(days=1))
    assert not faults


def test_on_monday_morning_the_whole_week_is_left(filled: Engine, settings: Settings) -> None:
    weeks = rep_weeks(filled, settings, MONDAY_MORNING)
    assert set(weeks) == {"r1", "r2"}
    assert (weeks["r1"].capacity_hours, weeks["r1"].left_hours) == (45, 45)
    assert weeks["r2"].capacity_hours == settings.priority.usual_weekly_hours


def test_hours_spent_since_monday_are_taken_off(filled: Engine, settings: Settings) -> None:
    spans = ("2026-06-01T02:00:00Z", 40 * 3600.0), ("2026-05-31T02:00:00Z", 3600.0), ("2026-06-02T01:00:00Z", None)
    worked(filled, settings, "r1", *spans)
    week = rep_weeks(filled, settings, datetime(2026, 6, 2, 1, tzinfo=UTC))["r1"]
    assert week.spent_hours == pytest.approx(40 + settings.priority.unmeasured_activity_hours)
    assert week.left_hours == pytest.approx(45 - week.spent_hours)


def test_time_that_is_past_is_not_left(filled: Engine, settings: Settings) -> None:
    friday_noon = datetime(2026, 6, 5, 4, tzinfo=UTC)  # 12:00, 6 of 45 hours to come
    assert rep_weeks(filled, settings, friday_noon)["r1"].left_hours == pytest.approx(6)


def test_on_saturday_the_next_week_is_planned(filled: Engine, settings: Settings) -> None:
    worked(filled, settings, "r1", ("2026-06-01T02:00:00Z", 40 * 3600.0))
    week = rep_weeks(filled, settings, datetime(2026, 6, 6, 4, tzinfo=UTC))["r1"]
    assert week.starts_at == datetime(2026, 6, 7, 16, tzinfo=UTC)
    assert (week.spent_hours, week.left_hours) == (0, 45)


def test_a_week_with_a_holiday_has_less(filled: Engine, settings: Settings) -> None:
    """2026-06-19 (Friday) is the Dragon Boat Festival."""
    week = rep_weeks(filled, settings, datetime(2026, 6, 15, 1, tzinfo=UTC))["r1"]
    assert week.capacity_hours == pytest.approx(36)


def test_a_scope_sees_its_own_reps(filled: Engine, settings: Settings) -> None:
    assert set(rep_weeks(filled, settings, MONDAY_MORNING, Scope(teams=("south",)))) == {"r2"}
