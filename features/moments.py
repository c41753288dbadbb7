"""Moments: aware UTC outside, naive UTC with microseconds inside tables."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

EARLIEST = datetime(1970, 1, 1)  # noqa: DTZ001 (naive UTC, as in the lake)
LATEST = datetime(9999, 12, 31)  # noqa: DTZ001
DAY_SECONDS = 86400


def to_naive_utc(moment: datetime, zone: tzinfo = UTC) -> datetime:
    """The moment in UTC without its zone; a naive one is read in `zone`.

    >>> to_naive_utc(datetime(2024, 1, 1, 8, tzinfo=ZoneInfo("Asia/Shanghai")))
    datetime.datetime(2024, 1, 1, 0, 0)
    """
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return aware.astimezone(UTC).replace(tzinfo=None)


def to_aware_utc(moment: datetime) -> datetime:
    """A naive UTC moment with its zone."""
    return moment.replace(tzinfo=UTC)


def start_of_day(moment: datetime) -> datetime:
    """The moment's midnight (UTC)."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def standard_offset_seconds(zone: str) -> int:
    """Seconds that clocks of this zone are ahead of UTC in January: daylight saving is left out, so that every engine
    computes the same hour with integer arithmetic.

    >>> standard_offset_seconds("Asia/Shanghai")
    28800
    """
    offset = ZoneInfo(zone).utcoffset(datetime(2024, 1, 1))  # noqa: DTZ001
    return int(offset.total_seconds()) if offset else 0


def micro(moment: Any) -> Any:
    """Ibis: the moment in microseconds, the one type of moment in tables; engines disagree in what they infer."""
    return moment.cast("timestamp(6)")


def epoch(moment: Any) -> Any:
    """Ibis: whole seconds since 1970 as int64; truncated first, because engines round fractions differently."""
    return moment.truncate("s").epoch_seconds().cast("int64")


def day_number(moment: Any) -> Any:
    """Ibis: whole UTC days since 1970 as int64."""
    seconds = epoch(moment)
    return ((seconds - seconds % DAY_SECONDS) / DAY_SECONDS).cast("int64")


def seconds_between(later: Any, earlier: Any) -> Any:
    """Ibis: whole seconds from `earlier` to `later`, int64."""
    return epoch(later) - epoch(earlier)


def days_between(later: Any, earlier: Any) -> Any:
    """Ibis: days from `earlier` to `later` as float."""
    return seconds_between(later, earlier).cast("float64") / float(DAY_SECONDS)
