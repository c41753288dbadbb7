"""Working time and seasons in mainland China: weekends, Spring Festival, National Day."""

from __future__ import annotations

from datetime import date

import numpy as np

from funnelcast.simulator.arrays import DAY, HISTORY_DAYS, HOUR, Bools, Clock, Floats, Ints

OPENS_AT = int(8.5 * HOUR)
CLOSES_AT = 18 * HOUR
DUTY_OPENS_AT = 8 * HOUR
DUTY_CLOSES_AT = 21 * HOUR
DAYS_AHEAD = 1500  # paths are drawn to their end, beyond as_of, and cut afterwards

# First day of the lunar year (Hong Kong Observatory, Gregorian-Lunar calendar conversion tables).
SPRING_FESTIVALS = [
    date(2016, 2, 8), date(2017, 1, 28), date(2018, 2, 16), date(2019, 2, 5), date(2020, 1, 25), date(2021, 2, 12),
    date(2022, 2, 1), date(2023, 1, 22), date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17), date(2027, 2, 6),
    date(2028, 1, 26), date(2029, 2, 13), date(2030, 2, 3), date(2031, 1, 23), date(2032, 2, 11), date(2033, 1, 31),
    date(2034, 2, 19), date(2035, 2, 8), date(2036, 1, 28),
]  # fmt: skip
WEEKDAY_DEMAND = np.array([1.12, 1.15, 1.12, 1.08, 1.0, 0.45, 0.35])  # Monday to Sunday
SPRING_DEMAND = 0.15
NATIONAL_DEMAND = 0.35
HOLIDAY_DUTY_SHARE = 0.5  # of what falls on a public holiday somebody on duty deals with at once
YEARLY_GROWTH = 0.08


class WorkCalendar:
    """Which days are worked, and how much demand each day brings.

    Attributes
    ----------
    first_day: number of the first day (days since 1970-01-01, local)
    is_working: [days] bool
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.first_day = clock.start // DAY - 1
        days = self.first_day + np.arange(HISTORY_DAYS + DAYS_AHEAD)
        self._spring = _is_near(days, [(d - date(1970, 1, 1)).days for d in SPRING_FESTIVALS], -1, 6)
        self._national = _is_near(days, _national_days(days), 0, 6)
        self._weekday = (days + 3) % 7  # 1970-01-01 was a Thursday
        self.is_working: Bools = (self._weekday < 5) & ~self._spring & ~self._national
        position = np.where(self.is_working, np.arange(len(days)), len(days) - 1)
        self._next_working: Ints = np.minimum.accumulate(position[::-1])[::-1].astype(np.int64)

    def demand(self) -> Floats:
        """[days of the period] relative volume of new leads; the last day counts only up to as_of."""
        days = np.arange(self.clock.start // DAY, self.clock.as_of // DAY + 1)
        at = days - self.first_day
        volume = WEEKDAY_DEMAND[self._weekday[at]] * (1 + YEARLY_GROWTH * (at / 365))
        volume = (
            volume * np.where(self._spring[at], SPRING_DEMAND, 1) * np.where(self._national[at], NATIONAL_DEMAND, 1)
        )
        volume[-1] *= _share_of_day(self.clock.as_of % DAY)
        volume[0] *= 1 - _share_of_day(self.clock.start % DAY)
        return np.asarray(volume, float)

    def working_moments(self, moments: Ints, rng: np.random.Generator) -> Ints:
        """The same moments, moved on to the next working hours where they fall outside."""
        day = np.minimum(moments // DAY - self.first_day, len(self._next_working) - 2)
        is_after_hours = moments % DAY >= CLOSES_AT
        opened = self._next_working[day + is_after_hours]
        is_moved = (opened != day) | (moments % DAY < OPENS_AT)
        delay = rng.integers(0, 4 * HOUR, len(moments))
        moved = np.where(is_moved, (opened + self.first_day) * DAY + OPENS_AT + delay, moments)
        on_duty = (self._spring | self._national)[day] & (rng.random(len(moments)) < HOLIDAY_DUTY_SHARE)
        return np.where(on_duty, self.duty_moments(moments, rng), moved)

    @staticmethod
    def duty_moments(moments: Ints, rng: np.random.Generator) -> Ints:
        """Moved on to the hours in which somebody is on duty: every day, weekends and holidays too, 8:00 to 21:00."""
        second = moments % DAY
        late = second >= DUTY_CLOSES_AT
        is_moved = late | (second < DUTY_OPENS_AT)
        opening = (moments // DAY + late) * DAY + DUTY_OPENS_AT + rng.integers(0, HOUR, len(moments))
        return np.where(is_moved, opening, moments)

    def creation_moments(self, count: int, rng: np.random.Generator) -> Ints:
        """`count` sorted moments in (start, as_of] that follow the demand (stratified, so windows hold their share)."""
        bounds = np.concatenate([[0.0], np.cumsum(self.demand())])
        places = (np.arange(count) + rng.random(count)) / count * bounds[-1]
        day = np.searchsorted(bounds, places, side="right") - 1
        moments = (self.clock.start // DAY + day) * DAY + _seconds_of_day(count, rng)
        return np.sort(self._inside(moments.astype(np.int64), rng))

    def _inside(self, moments: Ints, rng: np.random.Generator) -> Ints:
        """Moments of the first and last day that fall outside the period, redrawn inside it."""
        early, late = moments <= self.clock.start, moments > self.clock.as_of
        first_left = DAY - self.clock.start % DAY
        today = max(self.clock.as_of % DAY, 1)
        moments[early] = self.clock.start + 1 + rng.integers(0, first_left, int(early.sum()))
        moments[late] = self.clock.as_of - rng.integers(0, today, int(late.sum()))
        return moments


def _national_days(days: Ints) -> list[int]:
    years = range(1970 + int(days[0]) // 366, 1971 + int(days[-1]) // 365)
    return [(date(y, 10, 1) - date(1970, 1, 1)).days for y in years]


def _is_near(days: Ints, festivals: list[int], before: int, after: int) -> Bools:
    return np.isin(days, np.add.outer(festivals, np.arange(before, after + 1)).ravel())


def _share_of_day(second: int) -> float:
    """Share of a day's leads that came before a second of the day: most of them between 8:00 and 20:00."""
    return float(np.clip((second / HOUR - 8) / 12, 0.02, 0.98))


def _seconds_of_day(count: int, rng: np.random.Generator) -> Ints:
    in_hours = np.clip(rng.normal(13.5, 3.0, count), 7.5, 21.5) * HOUR
    any_time = rng.random(count) * DAY
    return np.where(rng.random(count) < 0.88, in_hours, any_time).astype(np.int64)
