"""The period of a review pack: a calendar month, and the one before it that it is compared with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitoring.errors import PeriodError

_NAME = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Period:
    """A month of one time zone. Moments are counted in (since, until].

    Attributes
    ----------
    since, until: its bounds; `until` is as_of where the month is not over (`is_whole` False).
    before_since, before_until: the month before, as far as this one has come.
    """

    name: str
    since: datetime
    until: datetime
    before_since: datetime
    before_until: datetime
    is_whole: bool

    @property
    def before_name(self) -> str:
        """The name of the month before."""
        return f"{self.before_since:%Y-%m}"

    @classmethod
    def of(cls, name: str | None, as_of: datetime, zone: ZoneInfo, grace_days: int) -> Period:
        """The month of a name like 2026-06; None: the month of as_of, until `grace_days` of it are over the one before.

        Raises
        ------
        PeriodError: the name is no month, or the month has not begun at as_of.

        >>> zone = ZoneInfo("Asia/Shanghai")
        >>> period = Period.of(None, datetime(2026, 6, 5, tzinfo=zone), zone, grace_days=7)
        >>> period.name, period.before_name, period.is_whole
        ('2026-05', '2026-04', True)
        """
        local = as_of.astimezone(zone)
        this_month = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        since = _previous(this_month) if name is None and local.day <= grace_days else this_month
        if name is not None:
            since = _month(name, zone)
        if since >= as_of:
            raise PeriodError(f"A period must have begun at {local:%Y-%m-%d}, but got {name}.")
        end, before = _next(since), _previous(since)
        is_whole = end <= as_of
        until = end if is_whole else local
        return cls(
            f"{since:%Y-%m}",
            since,
            until,
            before,
            since if is_whole else min(before + (until - since), since),
            is_whole,
        )


def _month(name: str, zone: ZoneInfo) -> datetime:
    if not _NAME.fullmatch(name):
        raise PeriodError(f"A period must be a month like 2026-06, but got {name!r}.")
    year, month = name.split("-")
    return datetime(int(year), int(month), 1, tzinfo=zone)


def _next(month: datetime) -> datetime:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)


def _previous(month: datetime) -> datetime:
    return month.replace(year=month.year - (month.month == 1), month=(month.month - 2) % 12 + 1)
