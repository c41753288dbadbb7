"""Working time between moments, by a calendar that knows public holidays and make-up working days."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import numpy as np
import numpy.typing as npt
import pandas as pd

from configs.sections import Calendar, WorkingHours

LONGEST_BREAK_DAYS = 31
Seconds = npt.NDArray[np.float64]


class WorkingTime:
    """Counts the working seconds of one calendar within a span of moments.

    Parameters
    ----------
    calendar: country, zone and further days.
    hours: weekdays and hours; those of the calendar itself, or of a team.
    first, last: moments (datetime64 in UTC) within which all questions lie.
    """

    def __init__(self, calendar: Calendar, hours: WorkingHours, first: np.datetime64, last: np.datetime64) -> None:
        self._zone = calendar.timezone
        self._intervals = [(_second(start), _second(end)) for start, end in hours.hours]
        start = pd.Timestamp(first).date() - timedelta(days=2)
        days = [start + timedelta(days=n) for n in range((pd.Timestamp(last).date() - start).days + 4)]
        self._first_day = np.datetime64(start, "D")
        self._is_worked = working_days(calendar, hours, days)
        whole = sum(end - begin for begin, end in self._intervals)
        self._before = np.concatenate([[0.0], np.cumsum(self._is_worked * float(whole))])

    def between(self, start: pd.Series[Any], end: pd.Series[Any]) -> Seconds:
        """[n] working seconds from `start` to `end`, moments in UTC without zone; NaN where one is missing."""
        return self._elapsed(end) - self._elapsed(start)

    def _elapsed(self, moments: pd.Series[Any]) -> Seconds:
        local = pd.to_datetime(moments).dt.tz_localize("UTC").dt.tz_convert(self._zone).dt.tz_localize(None)
        known = local.notna().to_numpy()
        result = np.full(len(local), np.nan)
        at = local.to_numpy("datetime64[us]")[known]
        midnight = at.astype("datetime64[D]")
        day = (midnight - self._first_day).astype(np.int64)
        second = (at - midnight) / np.timedelta64(1, "s")
        today = sum(np.clip(second, begin, end) - begin for begin, end in self._intervals)
        result[known] = self._before[day] + self._is_worked[day] * today
        return result


def working_days(calendar: Calendar, hours: WorkingHours, days: list[date]) -> npt.NDArray[np.bool_]:
    """[days] whether each is worked: by weekday, but for holidays, and with the days that make up for them."""
    known = holidays.country_holidays(calendar.country, years=range(days[0].year, days[-1].year + 1))
    made_up = {*getattr(known, "weekend_workdays", ()), *calendar.days_worked}
    off = {*known, *calendar.days_off} - set(calendar.days_worked)
    return np.array([day in made_up or (day.isoweekday() in hours.weekdays and day not in off) for day in days], bool)


def days_after_holidays(moment: datetime, calendar: Calendar) -> int:
    """Whole days from the last day worked to a moment, if public holidays lie between; 0 where none do.

    They do until the next day worked is over; a plain weekend is no holiday.
    """
    close = timedelta(seconds=_second(calendar.hours[-1][1]))
    ended = (moment.astimezone(ZoneInfo(calendar.timezone)) - close).date()  # the day whose hours were the last to end
    days = [ended - timedelta(days=n) for n in range(LONGEST_BREAK_DAYS, -1, -1)]
    worked = np.flatnonzero(working_days(calendar, calendar, days))
    free = days[worked[-1] + 1 :] if len(worked) else []
    return len(free) if any(day.isoweekday() in calendar.weekdays for day in free) else 0


def _second(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second
