from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.mix_effect import split_change

rows = st.lists(st.tuples(st.sampled_from(["a", "b", "c", None]), st.floats(0, 1)), min_size=1, max_size=40)


def split(before: list[tuple[str | None, float]], now: list[tuple[str | None, float]]) -> tuple[float, float, float]:
    parts = [
        (pd.Series([group for group, _ in window], dtype=object), np.array([value for _, value in window]))
        for window in (before, now)
    ]
    effect = split_change(*parts[0], *parts[1])
    return effect.mix, effect.rate, effect.change


@given(rows, rows)
def test_the_parts_sum_to_the_change(
    before: list[tuple[str | None, float]], now: list[tuple[str | None, float]]
) -> None:
    mix, rate, change = split(before, now)
    assert mix + rate == pytest.approx(change, abs=1e-12)


def test_a_change_of_mix_alone_has_no_rate_part() -> None:
    mix, rate, change = split([("a", 0.2)] * 9 + [("b", 0.4)], [("a", 0.2)] * 5 + [("b", 0.4)] * 5)
    assert (mix, rate) == pytest.approx((change, 0))
    assert change == pytest.approx(0.08)


def test_a_group_that_is_new_counts_as_mix() -> None:
    mix, rate, _ = split([("a", 0.2)] * 10, [("a", 0.2)] * 5 + [("b", 0.1)] * 5)
    assert (mix, rate) == pytest.approx((-0.05, 0))
