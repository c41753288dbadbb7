"""One random company of foreign_worlds.py: how large, how old, when and where it is hit, and when its leads come in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

STAGES = (
    "captured",
    "contacted",
    "needs_analysis",
    "technical_exchange",
    "solution_demo",
    "negotiation",
    "contract_signed",
    "payment_received",
)
FESTIVALS = pd.to_datetime(["2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17"])


@dataclass(frozen=True)
class Company:
    """One random company: its size, habits and the incident planted in it. Days count from the first lead."""

    cause: str
    rng: np.random.Generator
    count: int
    days: int
    end: pd.Timestamp
    start: int
    severity: float
    stage: int
    stages: tuple[str, ...]
    language: str

    def moment(self, day: np.ndarray) -> np.ndarray:
        """Naive local moments of fractional days, to the second."""
        return ((self.end - pd.Timedelta(days=self.days)) + pd.to_timedelta(day, unit="D")).floor("s").to_numpy()


def company(cause: str, seed: int) -> Company:
    """A random company for a cause of CAUSES or `calm`."""
    rng = np.random.default_rng([seed, len(cause), sum(map(ord, cause))])
    dropped = {s for s in ("technical_exchange", "payment_received") if rng.random() < 0.25}
    stages = tuple(s for s in STAGES if s not in dropped)
    seasonal = cause == "seasonality"
    end = pd.Timestamp("2024-04-01") + pd.Timedelta(days=int(rng.integers(0, 800)))
    while not seasonal and np.any((end >= FESTIVALS) & (end < FESTIVALS + pd.Timedelta(days=45))):
        end += pd.Timedelta(days=20)
    days = int(rng.integers(430, 560)) if seasonal else int(rng.integers(180, 480))
    longest = 25 if cause == "integration_failure" else 42
    start = days - int(rng.integers(longest - 12, longest))
    return Company(
        cause,
        rng,
        int(np.exp(rng.uniform(np.log(1500), np.log(20000)))),
        days,
        end,
        start,
        float(rng.uniform(0.6, 1.3)),
        int(rng.integers(1, stages.index("negotiation") + 1)),
        stages,
        str(rng.choice(["zh", "en"], p=[0.65, 0.35])),
    )


def ids_of(co: Company, count: int, prefix: str = "") -> np.ndarray:
    """Distinct ids that say nothing."""
    numbers = co.rng.choice(10**8, count, replace=False)
    return np.array([f"{prefix}{n:07x}" for n in numbers], dtype=object)


def arrivals(co: Company, count: int, first: int = 0) -> np.ndarray:
    """Fractional days of capture: growth, yearly season, weekends, Spring Festival and noise from day to day."""
    rng, day = co.rng, np.arange(first, co.days)
    dates = (co.end - pd.Timedelta(days=co.days)).normalize() + pd.to_timedelta(day, unit="D")
    rate = np.exp(rng.uniform(-0.2, 0.5) * day / 365) * rng.gamma(20, 1 / 20, len(day))
    rate *= 1 + rng.uniform(0, 0.2) * np.sin(2 * np.pi * (dates.dayofyear.to_numpy() / 365 + rng.random()))
    rate *= np.where(dates.dayofweek.to_numpy() >= 5, rng.uniform(0.1, 0.7), 1)
    for festival in FESTIVALS:
        rate[(dates >= festival - pd.Timedelta(days=3)) & (dates < festival + pd.Timedelta(days=8))] *= 0.3
    if co.cause == "seasonality":
        rate *= np.where(is_slow(co, day), rng.uniform(0.7, 1.0), 1)
    chosen = rng.choice(day, count, p=rate / rate.sum())
    return np.sort(np.minimum(chosen + np.clip(rng.normal(13.5, 3, count), 7, 21) / 24, co.days - 0.02))


def is_slow(co: Company, day: np.ndarray) -> np.ndarray:
    """Whether a day lies in the slow month of this year or of the year before."""
    return (day >= co.start) | ((day >= co.start - 365) & (day < co.days - 365 + 12))
