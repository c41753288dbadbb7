from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from configs.sections import Calendar
from crm_core.funnel.working_time import WorkingTime, days_after_holidays, working_days
from tests.crm_core.funnel.made import SETTINGS

SHANGHAI = ZoneInfo("Asia/Shanghai")


def calendar(**changes: Any) -> Calendar:
    return Calendar(**{**SETTINGS.calendar.model_dump(), **changes})


def hours(plan: Calendar, start: str, end: str) -> float:
    moments = [datetime.fromisoformat(text).replace(tzinfo=SHANGHAI) for text in (start, end)]
    naive = [
        pd.Series(np.array([moment.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)], "datetime64[us]"))
        for moment in moments
    ]
    clock = WorkingTime(plan, plan, naive[0].iloc[0].to_datetime64(), naive[1].iloc[0].to_datetime64())
    return float(clock.between(*naive)[0]) / 3600


# Notice of the General Office of the State Council on holidays in 2025 (国办发明电〔2024〕12号): National Day and
# Mid-Autumn 1 to 8 October, worked instead on Sunday 28 September and Saturday 11 October; Labour Day 1 to 5 May,
# worked instead on Sunday 27 April.
@pytest.mark.parametrize(
    ("day", "is_worked"),
    [
        (date(2025, 9, 28), True), (date(2025, 9, 30), True), (date(2025, 10, 1), False), (date(2025, 10, 8), False),
        (date(2025, 10, 9), True), (date(2025, 10, 11), True), (date(2025, 10, 12), False), (date(2025, 4, 27), True),
        (date(2025, 5, 5), False), (date(2025, 6, 14), False),
    ],
)  # fmt: skip
def test_holidays_and_the_days_that_make_up_for_them(day: date, is_worked: bool) -> None:
    assert working_days(calendar(), calendar(), [day]).tolist() == [is_worked]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2025-06-11T10:00", "2025-06-11T11:30", 1.5),
        ("2025-06-11T17:30", "2025-06-12T09:30", 1.0),
        ("2025-06-13T17:00", "2025-06-16T10:00", 2.0),  # over a weekend
        ("2025-06-11T20:00", "2025-06-12T07:00", 0.0),
        ("2025-09-30T17:00", "2025-10-09T10:00", 2.0),  # over National Day
        ("2025-10-10T17:00", "2025-10-11T10:00", 2.0),  # into a Saturday that is worked
        ("2025-06-09T00:00", "2025-06-14T00:00", 45.0),
    ],
)
def test_only_working_hours_count(start: str, end: str, expected: float) -> None:
    assert hours(calendar(), start, end) == pytest.approx(expected)


def test_a_break_does_not_count_and_firms_have_days_of_their_own() -> None:
    plan = calendar(hours=[["09:00", "12:00"], ["13:30", "18:00"]], days_off=["2025-06-12"], days_worked=["2025-06-14"])
    assert hours(plan, "2025-06-11T11:00", "2025-06-11T14:00") == pytest.approx(1.5)
    assert hours(plan, "2025-06-11T17:00", "2025-06-14T10:00") == pytest.approx(1 + 7.5 + 1)


def test_a_zone_with_summer_time_keeps_its_wall_clock() -> None:
    plan = calendar(country="DE", timezone="Europe/Berlin")
    start, end = (pd.Series(np.array([text], "datetime64[us]")) for text in ("2025-03-28T16:00", "2025-03-31T08:00"))
    clock = WorkingTime(plan, plan, start[0].to_datetime64(), end[0].to_datetime64())
    assert clock.between(start, end).tolist() == [2 * 3600.0]  # Friday 17:00 to Monday 10:00, clocks moved in between


@pytest.mark.parametrize("seed", range(3))
def test_it_agrees_with_counting_minutes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    plan = calendar(weekdays=[1, 2, 3, 6], hours=[["08:15", "11:45"], ["14:00", "21:30"]])
    first = datetime(2025, 9, 20)  # noqa: DTZ001 (local)
    start = first + timedelta(minutes=int(rng.integers(0, 20_000)))
    end = start + timedelta(minutes=int(rng.integers(0, 20_000)))
    moments = [start + timedelta(minutes=n) for n in range(int((end - start).total_seconds() // 60))]
    worked = {day: bool(working_days(plan, plan, [day])[0]) for day in {moment.date() for moment in moments}}
    inside = [worked[m.date()] and any(low <= m.time() < high for low, high in plan.hours) for m in moments]
    assert hours(plan, start.isoformat(), end.isoformat()) == pytest.approx(sum(inside) / 60)


@pytest.mark.parametrize("wrong", [[["18:00", "09:00"]], [["09:00", "12:00"], ["12:00", "18:00"]], []])
def test_hours_out_of_order_are_refused(wrong: list[Any]) -> None:
    with pytest.raises(ValueError, match="intervals in order that do not touch"):
        calendar(hours=wrong)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="IANA name"):
        calendar(timezone="Asia/Nowhere")


@pytest.mark.parametrize(
    ("moment", "days"),
    [
        ("2025-09-30 10:00", 0),
        ("2025-10-01 00:00", 0),  # the day that ended last was worked
        ("2025-10-02 00:00", 1),
        ("2025-10-06 12:00", 5),
        ("2025-10-09 10:00", 8),  # the first day worked is not over
        ("2025-10-09 18:00", 0),
        ("2025-10-19 10:00", 0),  # a plain weekend
    ],
)
def test_the_days_after_which_the_holidays_leads_are_still_there(moment: str, days: int) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)
    assert days_after_holidays(at, calendar()) == days
