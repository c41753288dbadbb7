"""Traits of winners: the few segments with the highest lift, found in the past and measured on the newest part.

A segment is one value of a category or one third of a number, or two of these together. It is picked by the lower bound
of its win rate before the test and then told with the rate it has in the test, which had no say in the pick.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from scoring.encoding import encode_frame
from scoring.feature_spec import FeatureSpec
from scoring.reason_words import YES_NO, unit_of
from scoring.units import in_unit
from training.dataset import Dataset

MOST = 5
MOST_SINGLE = 12  # best single conditions that are paired
MIN_CASES = 40
MIN_SHARE = 0.02
MAX_OVERLAP = 0.6
MOST_VALUES = 12
TAIL = 0.025


@dataclass(frozen=True, eq=False)
class Condition:
    """A column's value or range in words, and the rows of both parts that meet it."""

    column: str
    en: str
    zh: str
    past: NDArray[np.bool_]
    test: NDArray[np.bool_]

    def with_other(self, other: Condition) -> Condition:
        """Rows that meet both."""
        words = f"{self.en}; {other.en}", f"{self.zh}；{other.zh}"
        return Condition(f"{self.column}|{other.column}", *words, self.past & other.past, self.test & other.test)


def traits_of(past: Dataset, test: Dataset, specs: tuple[FeatureSpec, ...]) -> list[dict[str, Any]]:
    """Segments as plain JSON, strongest first: en, zh, cases, won, rate, low, high (95 %, Jeffreys), lift; all figures
    of the test part, by its first row per lead.
    """
    before, after = _first_rows(past), _first_rows(test)
    singles = _ranked(list(_conditions(before, after, specs)), before)[:MOST_SINGLE]
    pairs = [one.with_other(two) for one, two in combinations(singles, 2) if one.column != two.column]
    kept: list[Condition] = []
    for found in _ranked([*singles, *pairs], before):
        if all(_overlap(found.past, other.past) <= MAX_OVERLAP for other in kept) and found.test.sum() >= 1:
            kept.append(found)
        if len(kept) == MOST:
            break
    return [_told(condition, after) for condition in kept]


def _first_rows(part: Dataset) -> Dataset:
    return part.take(np.sort(np.unique(part.entity, return_index=True)[1]))


def _ranked(conditions: list[Condition], before: Dataset) -> list[Condition]:
    """Those with enough cases and a lower bound above the rate of all, best first."""
    won, base = before.is_positive, float(before.is_positive.mean())
    least = max(MIN_CASES, MIN_SHARE * len(before))
    scored = [
        (rate_interval(int(won[one.past].sum()), int(one.past.sum()))[0], one)
        for one in conditions if least <= one.past.sum() < len(before)
    ]  # fmt: skip
    return [one for low, one in sorted(scored, key=lambda pair: -pair[0]) if low > base]


def rate_interval(won: int, cases: int) -> tuple[float, float]:
    """95 % interval of a rate (Jeffreys; Brown, Cai and DasGupta 2001).

    >>> [round(edge, 3) for edge in rate_interval(10, 100)]
    [0.053, 0.17]
    """
    low, high = beta.ppf([TAIL, 1 - TAIL], won + 0.5, cases - won + 0.5)
    return float(low), float(high)


def _conditions(before: Dataset, after: Dataset, specs: tuple[FeatureSpec, ...]) -> Iterator[Condition]:
    past, test = encode_frame(specs, before.frame), encode_frame(specs, after.frame)
    for column, spec in enumerate(specs):
        values = past[:, column]
        if spec.kind == "category":
            for code, name in enumerate(spec.categories[:MOST_VALUES]):
                en, zh = spec.in_words(name)
                words = f"{spec.en}: {en}", f"{spec.zh}：{zh}"
                yield Condition(spec.name, *words, values == code, test[:, column] == code)
        elif len(known := values[~np.isnan(values)]) < MIN_CASES:
            continue
        elif np.isin(known, (0, 1)).all():
            for code, (en, zh) in enumerate(YES_NO):
                words = f"{spec.en}: {en}", f"{spec.zh}：{zh}"
                yield Condition(spec.name, *words, values == code, test[:, column] == code)
        else:
            yield from _thirds(spec, np.quantile(known, [1 / 3, 2 / 3]), values, test[:, column])


def _thirds(
    spec: FeatureSpec, edges: NDArray[np.float64], past: NDArray[np.float32], test: NDArray[np.float32]
) -> Iterator[Condition]:
    low, high = (in_unit(float(edge), unit_of(spec)) for edge in edges)
    below = f"{spec.en}: up to {low[0]}", f"{spec.zh}：不超过 {low[1]}"
    above = f"{spec.en}: above {high[0]}", f"{spec.zh}：高于 {high[1]}"
    yield Condition(spec.name, *below, past <= edges[0], test <= edges[0])
    yield Condition(spec.name, *above, past > edges[1], test > edges[1])


def _overlap(one: NDArray[np.bool_], two: NDArray[np.bool_]) -> float:
    """Shared rows as a share of the smaller segment."""
    return float((one & two).sum() / max(min(one.sum(), two.sum()), 1))


def _told(condition: Condition, after: Dataset) -> dict[str, Any]:
    won, base = after.is_positive[condition.test], float(after.is_positive.mean())
    low, high = rate_interval(int(won.sum()), len(won))
    rate = float(won.mean())
    return {"en": condition.en, "zh": condition.zh, "cases": len(won), "won": int(won.sum()), "rate": rate,
            "low": low, "high": high, "lift": rate / base if base else None}  # fmt: skip
