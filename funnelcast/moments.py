"""Reading the clock and the moments given on the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from funnelcast.errors import MomentError

FIRST_YEAR, LAST_YEAR = 1900, 2200  # as an import has them


def read_moment(text: str | None, zone: str) -> datetime:
    """The moment `text` in UTC; without one, now.

    A moment that names no zone is read in `zone`.

    >>> read_moment("2024-03-01T08:00:00", "Asia/Shanghai").isoformat()
    '2024-03-01T00:00:00+00:00'
    """
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise MomentError(f"--as-of must be an ISO 8601 moment such as 2024-03-01T08:00, but got {text!r}.") from None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise MomentError(f"--as-of must be in the years {FIRST_YEAR} to {LAST_YEAR}, but got {text!r}.")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return moment.astimezone(UTC)
