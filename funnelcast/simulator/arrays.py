"""Kinds of numpy arrays and the clock that all parts of the simulator share.

Moments are whole seconds of local time (Asia/Shanghai, which knows no summer time) since 1970-01-01 00:00 local, in
int64. `NEVER` stands for a moment that lies after every as_of.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Texts = NDArray[Any]

HOUR = 3600
DAY = 86_400
ZONE = "+08:00"
ZONE_SECONDS = 8 * HOUR
HISTORY_DAYS = 730  # the 24 months that end at as_of
NEVER = np.iinfo(np.int64).max // 4


@dataclass(frozen=True)
class Clock:
    """The simulated period (start, as_of], local seconds."""

    as_of: int

    @classmethod
    def until(cls, as_of: datetime) -> Clock:
        """The 24 months that end at an aware moment."""
        return cls(int(as_of.timestamp()) + ZONE_SECONDS)

    @property
    def start(self) -> int:
        """First second of the period."""
        return self.as_of - HISTORY_DAYS * DAY


def stream(seed: int, part: str) -> np.random.Generator:
    """A generator of its own for each part, so that a change in one part leaves the others as they were."""
    return np.random.default_rng([seed, zlib.crc32(part.encode())])


def moments_text(moments: Ints) -> Texts:
    """ISO 8601 with +08:00; empty where NEVER."""
    known = moments < NEVER
    text = np.datetime_as_string(np.where(known, moments, 0).astype("datetime64[s]")).astype(object)
    return np.where(known, text + ZONE, "")


def dates_text(moments: Ints) -> Texts:
    """ISO dates, local; empty where NEVER."""
    known = moments < NEVER
    text = np.datetime_as_string(np.where(known, moments, 0).astype("datetime64[s]"), unit="D").astype(object)
    return np.where(known, text, "")


def money_text(cents: Ints) -> Texts:
    """Decimal with two places; empty where negative (not known)."""
    return np.array([f"{c // 100}.{c % 100:02d}" if c >= 0 else "" for c in cents.tolist()], dtype=object)


def ids(letter: str, numbers: Ints, digits: int = 6) -> Texts:
    """Keys like L000042; numbers count from 0, keys from 1."""
    return np.array([f"{letter}{n + 1:0{digits}d}" for n in numbers.tolist()], dtype=object)


def choose(rng: np.random.Generator, options: list[str] | Texts, size: int, weights: Any = None) -> Texts:
    """`size` options drawn with replacement; weights need not sum to one."""
    p = None if weights is None else np.asarray(weights, float) / np.sum(weights)
    return np.asarray(options, dtype=object)[rng.choice(len(options), size, p=p)]


def choose_by_row(rng: np.random.Generator, weights: Floats) -> Ints:
    """One column index per row of a weight matrix [n, k]."""
    bounds = np.cumsum(weights, axis=1)
    draws = rng.random(len(weights)) * bounds[:, -1]
    passed: Ints = np.asarray((draws[:, None] >= bounds).sum(axis=1), dtype=np.int64)
    return np.asarray(np.minimum(passed, weights.shape[1] - 1))


def blanked(rng: np.random.Generator, values: Texts, rate: float) -> Texts:
    """Values with a share of them missing (empty)."""
    return np.where(rng.random(len(values)) < rate, "", values)


def column(frame: pd.DataFrame, name: str) -> NDArray[Any]:
    """A column as numpy array."""
    return np.asarray(frame[name])
