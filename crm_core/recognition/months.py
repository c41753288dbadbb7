"""Calendar months in the configured zone, written YYYY-MM."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from crm_core.errors import RecognitionError


def month_of(moment: datetime, zone: str) -> str:
    """The month that the moment lies in.

    >>> from datetime import UTC
    >>> month_of(datetime(2024, 5, 31, 16, tzinfo=UTC), "Asia/Shanghai")
    '2024-06'
    """
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m")


def month_before(moment: datetime, zone: str) -> str:
    """The last month that is over.

    >>> from datetime import UTC
    >>> month_before(datetime(2024, 1, 5, tzinfo=UTC), "Asia/Shanghai")
    '2023-12'
    """
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local.year - 1}-12" if local.month == 1 else f"{local.year}-{local.month - 1:02}"


def month_bounds(month: str, zone: str) -> tuple[datetime, datetime]:
    """First moment of the month, and that of the next.

    >>> [one.isoformat() for one in month_bounds("2024-12", "Asia/Shanghai")]
    ['2024-12-01T00:00:00+08:00', '2025-01-01T00:00:00+08:00']

    Raises
    ------
    RecognitionError: it is no month.
    """
    if not re.fullmatch(r"[1-9]\d{3}-(0[1-9]|1[0-2])", month):
        raise RecognitionError(f"A month must be written YYYY-MM such as 2024-05, but got {month!r}.")
    first = datetime(int(month[:4]), int(month[5:]), 1, tzinfo=ZoneInfo(zone))
    return first, first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
