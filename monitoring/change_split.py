"""A change between two windows split into mix, rate and volume by one dimension, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from monitoring.live.resampling import count_samples, percentile_interval
from monitoring.mix_effect import Floats, group_sums, split_sums

Codes = npt.NDArray[np.int64]
MEAN_PARTS = ("change", "mix", "rate")
TOTAL_PARTS = ("total_change", "total_volume", "total_mix", "total_rate")
Figure = dict[str, float | None]


@dataclass(frozen=True)
class Sample:
    """Rows of one window: `codes` their group, `values` what is averaged, `days` the window's length."""

    codes: Codes
    values: Floats
    days: float

    def sums(self, size: int) -> tuple[Floats, Floats]:
        """Rows and sum of values per group."""
        return group_sums(self.codes, self.values, size)

    def resampled(self, size: int, samples: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """The same for samples of rows drawn with replacement, each [samples, size]."""
        drawn = [rng.integers(0, len(self.codes), len(self.codes)) for _ in range(samples)]
        pairs = [group_sums(self.codes[rows], self.values[rows], size) for rows in drawn]
        return np.stack([rows for rows, _ in pairs]), np.stack([sums for _, sums in pairs])


def split_windows(before: Sample, now: Sample, labels: Sequence[str], samples: int, seed: int) -> dict[str, Any] | None:
    """The split as plain JSON; None where a window is empty.

    before, now: the means. change = mix + rate. total_before, total_now: per day. total_change = total_volume +
    total_mix + total_rate. Each part has its value and a 95 % interval of resampled rows; the number of rows is drawn
    as Poisson. groups: shares, means and parts of every group, the largest effect on the mean first.
    """
    if not len(before.codes) or not len(now.codes):
        return None
    size, rng = len(labels), np.random.default_rng(seed)
    count = count_samples(len(before.codes) + len(now.codes), samples)
    sums = (*before.sums(size), *now.sums(size))
    drawn = (*before.resampled(size, count, rng), *now.resampled(size, count, rng))
    rates = (len(before.codes) / before.days, len(now.codes) / now.days)
    noisy = (rng.poisson(len(before.codes), count) / before.days, rng.poisson(len(now.codes), count) / now.days)
    point, spread = _totals(sums, *rates), _totals(drawn, *noisy)
    return {
        "before": float(point["before"]),
        "now": float(point["now"]),
        "rows_before": len(before.codes),
        "rows_now": len(now.codes),
        "total_before": float(point["before"] * rates[0]),
        "total_now": float(point["now"] * rates[1]),
        **{name: _figure(point[name], spread[name]) for name in (*MEAN_PARTS, *TOTAL_PARTS)},
        "groups": _groups(split_sums(*sums), labels),
    }


def _totals(sums: tuple[Floats, Floats, Floats, Floats], rate_before: Any, rate_now: Any) -> dict[str, Any]:
    """Parts of the mean and of the total per day; scalars, or one value per sample."""
    parts = split_sums(*sums)
    before, now = (sums[i + 1].sum(axis=-1) / sums[i].sum(axis=-1) for i in (0, 2))
    mix, rate = parts["mix"].sum(axis=-1), parts["rate"].sum(axis=-1)
    usual_rate = (rate_before + rate_now) / 2
    return {
        "before": before, "now": now, "change": now - before, "mix": mix, "rate": rate,
        "total_change": now * rate_now - before * rate_before,
        "total_volume": (rate_now - rate_before) * (before + now) / 2,
        "total_mix": mix * usual_rate, "total_rate": rate * usual_rate,
    }  # fmt: skip


def _figure(value: Any, drawn: Floats) -> Figure:
    interval = percentile_interval(drawn)
    low, high = (interval.low, interval.high) if interval else (None, None)
    return {"value": float(value), "low": low, "high": high}


def _groups(parts: Any, labels: Sequence[str]) -> list[dict[str, Any]]:
    rows = [
        {"group": label, **{name: float(values[place]) for name, values in parts.items()}}
        for place, label in enumerate(labels)
        if parts["share_before"][place] or parts["share_now"][place]
    ]
    return sorted(rows, key=lambda row: (-abs(float(row["mix"]) + float(row["rate"])), str(row["group"])))
