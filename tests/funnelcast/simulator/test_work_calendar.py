from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from funnelcast.simulator.arrays import DAY, HOUR, Clock
from funnelcast.simulator.work_calendar import DUTY_CLOSES_AT, DUTY_OPENS_AT, WorkCalendar

CLOCK = Clock.until(datetime.fromisoformat("2026-07-15T18:00:00+08:00"))


def seconds(text: str) -> int:
    return int(np.datetime64(text, "s").astype(np.int64))


@pytest.fixture(scope="module")
def calendar() -> WorkCalendar:
    return WorkCalendar(CLOCK)


@pytest.mark.parametrize(
    ("day", "is_worked"),
    [("2026-07-15", True), ("2026-07-18", False), ("2026-02-17", False), ("2025-10-01", False), ("2025-12-31", True)],
)
def test_weekends_and_festivals_are_free(calendar: WorkCalendar, day: str, is_worked: bool) -> None:
    assert calendar.is_working[seconds(day) // DAY - calendar.first_day] == is_worked


def test_working_moments_never_go_back_and_keep_working_hours(calendar: WorkCalendar) -> None:
    moments = np.sort(np.random.default_rng(1).integers(CLOCK.start, CLOCK.as_of, 5_000))
    moved = calendar.working_moments(moments, np.random.default_rng(2))
    assert (moved >= moments).all()
    assert ((moved % DAY >= DUTY_OPENS_AT) & (moved % DAY <= DUTY_CLOSES_AT)).all()


def test_friday_night_becomes_monday_morning(calendar: WorkCalendar) -> None:
    moved = calendar.working_moments(np.array([seconds("2026-07-10T22:00:00")]), np.random.default_rng(0))[0]
    assert seconds("2026-07-13T08:30:00") <= moved <= seconds("2026-07-13T12:30:00")


def test_duty_moments_wait_at_most_a_night(calendar: WorkCalendar) -> None:
    moments = np.arange(CLOCK.start, CLOCK.start + 20 * DAY, 997)
    moved = calendar.duty_moments(moments, np.random.default_rng(0))
    assert ((moved - moments >= 0) & (moved - moments <= 12 * HOUR)).all()


def test_new_leads_follow_weekdays_and_festivals(calendar: WorkCalendar) -> None:
    created = calendar.creation_moments(50_000, np.random.default_rng(3))
    assert (np.diff(created) >= 0).all()
    assert created[0] > CLOCK.start
    assert created[-1] <= CLOCK.as_of
    weekday = (created // DAY + 3) % 7
    assert (weekday >= 5).mean() < 0.18
    festival = (created >= seconds("2026-02-16")) & (created < seconds("2026-02-23"))
    before = (created >= seconds("2026-02-02")) & (created < seconds("2026-02-09"))
    assert festival.sum() < 0.3 * before.sum()
