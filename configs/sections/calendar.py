from __future__ import annotations

from datetime import date, time
from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import Field, field_validator

from configs.sections.base import Section


@cache
def _zones() -> frozenset[str]:
    """Names of all time zones; looking through their files takes longer than reading all settings."""
    return frozenset(available_timezones())


class WorkingHours(Section):
    weekdays: list[Annotated[int, Field(ge=1, le=7)]]
    hours: list[tuple[time, time]]

    @field_validator("hours")
    @classmethod
    def _is_in_order(cls, hours: list[tuple[time, time]]) -> list[tuple[time, time]]:
        ends = [moment for interval in hours for moment in interval]
        if not ends or ends != sorted(set(ends)):
            raise ValueError("Working hours must be intervals in order that do not touch, at least one.")
        return hours


class Calendar(WorkingHours):
    country: str
    timezone: str
    days_off: list[date]
    days_worked: list[date]
    teams: dict[str, WorkingHours]

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, zone: str) -> str:
        if zone not in _zones():
            raise ValueError("The time zone must be an IANA name such as Asia/Shanghai.")
        return zone
