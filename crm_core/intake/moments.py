"""Moments and dates out of words, by column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Mask = np.ndarray[Any, np.dtype[np.bool_]]
Times = np.ndarray[Any, np.dtype[np.datetime64]]

# 1900-01-01 begins earlier in UTC where it is read in an eastern zone.
EARLIEST, LATEST = np.datetime64("1899-12-31T10:00", "us"), np.datetime64("2201-01-01", "us")
_ISO = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?)?( ?(Z|[+-]\d{2}(:?\d{2})?))?$"
_END_OF_DAY = r"^.{10}[T ]24:00(:00([.,]0+)?)?($|[ Z+-])"
_OFFSET = r"(Z|[+-]\d{2}(:?\d{2})?)$"
# Common other forms, rewritten to ISO one step after the other. Day before month or month before day cannot be told
# apart, so they need `formats`.
_REWRITES = (
    (r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", r"\1-\2-\3"),
    (r"^(\d{4})(\d{2})(\d{2})($|[T ])", r"\1-\2-\3\4"),
    # ISO 8601's basic and reduced times: T130509Z, T1305, T13.
    (r"([T ])(\d{2})(\d{2})(\d{2})([.,]\d+)?($|[Zz+-])", r"\1\2:\3:\4\5\6"),
    (r"([T ])(\d{2})(\d{2})($|[Zz+-])", r"\1\2:\3\4"),
    (r"T(\d{2})($|[Zz+-])", r"T\1:00\2"),
    (r"^(\d{4})-(\d)-", r"\1-0\2-"),
    (r"^(\d{4}-\d{2})-(\d)($|[T ])", r"\1-0\2\3"),
    (r"[T ]+(\d):", r" 0\1:"),
    (r"(\d{2})[时:](\d{2})[分:](\d{2})秒?", r"\1:\2:\3"),
    (r"T? +(\d{2}):", r" \1:"),
    (r"z$", "Z"),
    (r" UTC$", "Z"),
)
_EPOCHS = {"unix_seconds": "s", "unix_milliseconds": "ms"}


@dataclass(frozen=True)
class Moments:
    """Moments of a column: UTC without zone [us], NaT where null or bad."""

    utc: Times
    is_bad: Mask
    is_date_only: Mask

    def array(self) -> pa.Array:
        """As Arrow timestamps [us], null where NaT."""
        return pa.array(self.utc, pa.timestamp("us"), mask=np.isnat(self.utc))

    def at_end_of_day(self, zone: str) -> Times:
        """Date-only moments at the last second of their local day, the others as they are."""
        if not self.is_date_only.any():
            return self.utc
        local = pd.Series(self.utc).dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)
        ends = _to_utc(local.dt.normalize() + pd.Timedelta(hours=23, minutes=59, seconds=59), zone)
        return np.where(self.is_date_only, ends, self.utc)


def parse_moments(values: pa.Array, zone: str, form: str | None = None) -> Moments:
    """Moments of a column of words, timestamps or dates; naive ones are of `zone`, dates begin at its midnight.

    `form`: strptime pattern, or unix_seconds / unix_milliseconds; None: ISO 8601 and common year-first forms.
    """
    kind = values.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        utc, is_date_only = _typed(values, zone)
    elif form in _EPOCHS:
        utc, is_date_only = _epoch(values, _EPOCHS[form]), np.zeros(len(values), bool)
    elif not pa.types.is_string(kind):
        utc, is_date_only = np.full(len(values), "NaT", "M8[us]"), np.zeros(len(values), bool)
    elif form:
        utc, is_date_only = _by_form(values, form, zone)
    else:
        utc, is_date_only = _by_iso(values, zone)
    present = np.asarray(values.is_valid())
    with np.errstate(invalid="ignore"):
        is_good = (utc >= EARLIEST) & (utc < LATEST)
    return Moments(np.where(is_good, utc, np.datetime64("NaT", "us")), present & ~is_good, is_date_only)


def is_form(form: str) -> bool:
    """Whether `parse_moments` can read by it: a strptime pattern or the name of an epoch.

    >>> is_form("%d/%m/%Y"), is_form("unix_seconds"), is_form("dd/mm/yyyy"), is_form("%Q")
    (True, True, False, False)
    """
    if form in _EPOCHS or "%" not in form:
        return form in _EPOCHS
    try:
        pd.to_datetime(pd.Series(["x"]), format=form, errors="coerce")
    except ValueError:
        return False
    return True


def local_dates(moments: Moments, zone: str) -> pa.Array:
    """Calendar dates of moments in `zone`, as words YYYY-MM-DD; null where there is none."""
    local = pd.Series(moments.utc).dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)
    days = local.to_numpy().astype("M8[D]")
    return pa.array(days, pa.date32(), mask=np.isnat(days)).cast(pa.string())


def _typed(values: pa.Array, zone: str) -> tuple[Times, Mask]:
    if pa.types.is_date(values.type):
        naive = pd.Series(np.asarray(values.cast(pa.timestamp("s")).cast(pa.timestamp("us"), safe=False)))
        return _to_utc(naive, zone), np.asarray(values.is_valid())
    plain = values.cast(pa.timestamp("us", tz=values.type.tz), safe=False)
    if values.type.tz is not None:
        utc = np.asarray(plain.cast(pa.timestamp("us")))
    else:
        utc = _to_utc(pd.Series(np.asarray(plain)), zone)
    return utc, np.zeros(len(values), bool)


def _epoch(values: pa.Array, unit: str) -> Times:
    numbers = pd.to_numeric(pd.Series(values.to_pylist(), dtype=object), errors="coerce").astype("float64")
    limit = 7.3e9 if unit == "s" else 7.3e12
    within = numbers.where(numbers.abs() < limit)
    return (
        (within * (1e6 if unit == "s" else 1e3)).round().to_numpy().astype("M8[us]")
        if len(within)
        else np.array([], "M8[us]")
    )


def _by_form(values: pa.Array, form: str, zone: str) -> tuple[Times, Mask]:
    words = pd.Series(values.to_pylist(), dtype=object)
    has_offset = "%z" in form
    parsed = pd.to_datetime(words, format=form, errors="coerce", utc=has_offset)
    utc = _naive(parsed) if has_offset else _to_utc(parsed, zone)
    is_date_only = not any(mark in form for mark in ("%H", "%I", "%c", "%X", "%T", "%R"))
    return utc, np.full(len(values), is_date_only) & np.asarray(values.is_valid())


def _by_iso(values: pa.Array, zone: str) -> tuple[Times, Mask]:
    is_iso = _matches(values, _ISO)
    if not is_iso.all() and values.null_count < len(values):
        values = _rewritten(values)
        is_iso = _matches(values, _ISO)
    is_end = is_iso & _matches(values, _END_OF_DAY)
    if is_end.any():
        values = pc.if_else(pa.array(is_end), pc.replace_substring_regex(values, r"([T ])24", r"\100"), values)
    words = pd.Series(values.to_pylist(), dtype=object).where(is_iso, None)
    is_date_only = is_iso & (np.asarray(pc.fill_null(pc.utf8_length(values), 0)) == 10)
    has_offset = is_iso & ~is_date_only & _matches(values, _OFFSET)
    utc = np.full(len(values), "NaT", "M8[us]")
    days = pd.Series(pd.to_timedelta(is_end.astype("int64"), unit="D"))
    if (naive := is_iso & ~has_offset).any():
        utc[naive] = _to_utc(pd.to_datetime(words[naive], format="ISO8601", errors="coerce") + days[naive], zone)
    if has_offset.any():
        aware = pd.to_datetime(words[has_offset], format="ISO8601", errors="coerce", utc=True)
        utc[has_offset] = _naive(aware + days[has_offset])
    return utc, is_date_only


def _rewritten(values: pa.Array) -> pa.Array:
    for pattern, replacement in _REWRITES:
        values = pc.replace_substring_regex(values, pattern, replacement)
    return values


def _matches(values: pa.Array, pattern: str) -> Mask:
    return np.asarray(pc.fill_null(pc.match_substring_regex(values, pattern), False))


def _to_utc(naive: pd.Series, zone: str) -> Times:
    """Local moments to UTC: the first of two equal ones when clocks go back, one hour on where they go forward."""
    first = np.ones(len(naive), bool)
    return _naive(naive.dt.tz_localize(zone, ambiguous=first, nonexistent="shift_forward").dt.tz_convert("UTC"))


def _naive(aware: pd.Series) -> Times:
    times: Times = aware.dt.tz_localize(None).to_numpy().astype("M8[us]")
    return times
