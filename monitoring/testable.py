"""Which columns can be tested row by row, and why the others cannot.

Tests take each lead as one independent witness. A track record of a channel or a rep is one moving figure repeated for
every lead of that day: a thousand leads are a handful of witnesses, and a test would alarm in every report. Month and
weekday move with the calendar, whatever the leads do. Of columns equal in every row (a new lead's activities of the
last 7, 30 and 90 days) one speaks for all. Such columns are named, not tested.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from monitoring.sources import Column
from monitoring.windows import Windows

Reason = Literal["absent", "constant", "calendar", "shared", "duplicate"]
CALENDAR_UNITS = ("month", "weekday")
SHARING_KEYS = ("channel_id", "rep_id")
# Fewer groups of two or more leads than this cannot show that a value is shared.
MIN_SHARING_GROUPS = 20


@dataclass(frozen=True)
class Untested:
    """A column that is not tested.

    It is not in the data, the same for every lead, a part of the date, one moving figure shared by many leads, or equal
    to a later column that is tested.
    """

    column: str
    reason: Reason
    en: str
    zh: str

    def to_json(self) -> dict[str, Any]:
        """All fields by name."""
        return dict(vars(self))


def choose_columns(windows: Windows, columns: Sequence[Column]) -> tuple[list[Column], list[Untested]]:
    """Split the columns into those to test and those not to, each in the order given."""
    frame = pd.concat([windows.reference.frame, windows.current.frame], ignore_index=True)
    reasons = {column.name: _reason_against(frame, column) for column in columns}
    seen: set[bytes] = set()
    # From the last: what stands for all so far comes after what stands for the last days.
    for column in reversed(columns):
        if reasons[column.name] is None:
            content = _fingerprint(frame[column.name])
            reasons[column.name] = "duplicate" if content in seen else None
            seen.add(content)
    tested = [column for column in columns if reasons[column.name] is None]
    untested = [
        Untested(column.name, reason, column.en, column.zh) for column in columns if (reason := reasons[column.name])
    ]
    return tested, untested


def _fingerprint(values: pd.Series[Any]) -> bytes:
    return hashlib.sha256(pd.util.hash_pandas_object(values, index=False).to_numpy().tobytes()).digest()


def _reason_against(frame: pd.DataFrame, column: Column) -> Reason | None:
    if column.name not in frame:
        return "absent"
    if frame[column.name].nunique(dropna=False) <= 1:
        return "constant"
    if column.unit in CALENDAR_UNITS:
        return "calendar"
    if column.kind == "number" and any(is_shared(frame, column.name, key) for key in SHARING_KEYS):
        return "shared"
    return None


def is_shared(frame: pd.DataFrame, column: str, key: str) -> bool:
    """Is the column one figure per key and day that changes from day to day?

    True where all leads of one key created on one day agree (in at least `MIN_SHARING_GROUPS` groups of two or more
    leads) and the leads of one key do not agree over all days.
    """
    if key not in frame:
        return False
    values = pd.DataFrame({"key": frame[key], "value": frame[column]})
    values["day"] = pd.to_datetime(frame["created_at"], utc=True).dt.date
    by_day = values.groupby(["key", "day"])["value"]
    several = by_day.nunique(dropna=False)[by_day.size() >= 2]
    if len(several) < MIN_SHARING_GROUPS or bool((several > 1).any()):
        return False
    return bool((values.groupby("key")["value"].nunique(dropna=False) > 1).any())
