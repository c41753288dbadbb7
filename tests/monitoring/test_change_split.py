from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.change_split import Sample, split_windows
from monitoring.mix_effect import group_sums, split_sums

rows = st.lists(st.tuples(st.integers(0, 3), st.floats(0, 1e6)), min_size=1, max_size=30)
LABELS = ["a", "b", "c", "d"]


def sample(pairs: list[tuple[int, float]], days: float = 30) -> Sample:
    return Sample(np.array([code for code, _ in pairs]), np.array([value for _, value in pairs]), days)


@given(rows, rows)
def test_mix_rate_and_volume_sum_to_the_change(before: list[tuple[int, float]], now: list[tuple[int, float]]) -> None:
    split = split_windows(sample(before, 90), sample(now), LABELS, 2, 1)
    assert split is not None
    part = {name: split[name]["value"] for name in split if isinstance(split[name], dict)}
    scale = 1e-9 * max(1.0, abs(split["before"]), abs(split["now"]))
    assert part["mix"] + part["rate"] == pytest.approx(split["now"] - split["before"], abs=scale)
    total = split["total_now"] - split["total_before"]
    volume = part["total_volume"] + part["total_mix"] + part["total_rate"]
    assert volume == pytest.approx(total, abs=scale * 30)
    assert part["total_change"] == pytest.approx(total, abs=scale * 30)
    for name in ("mix", "rate"):
        assert sum(group[name] for group in split["groups"]) == pytest.approx(part[name], abs=scale)


def test_a_known_change_is_split_as_by_hand() -> None:
    """Kitagawa by hand: shares 80/20 -> 50/50 at rates 0.1 and 0.4 -> 0.1 and 0.3."""
    before = [(0, 0.1)] * 80 + [(1, 0.4)] * 20
    now = [(0, 0.1)] * 50 + [(1, 0.3)] * 50
    split = split_windows(sample(before, 10), sample(now, 10), LABELS, 20, 1)
    assert split is not None
    assert (split["before"], split["now"]) == pytest.approx((0.16, 0.20))
    assert split["mix"]["value"] == pytest.approx(0.3 * (0.35 - 0.1))
    assert split["rate"]["value"] == pytest.approx(-0.1 * 0.35)
    assert split["total_volume"]["value"] == pytest.approx(0)
    assert [(group["group"], group["mix"]) for group in split["groups"]] == [
        ("a", pytest.approx(-0.3 * (0.1 - 0.18))),
        ("b", pytest.approx(0.3 * (0.35 - 0.18))),
    ]


def test_twice_as_many_of_the_same_is_volume_alone() -> None:
    one = [(0, 0.2)] * 30 + [(1, 0.4)] * 10
    split = split_windows(sample(one), sample(one * 2), LABELS, 50, 1)
    assert split is not None
    assert split["total_volume"]["value"] == pytest.approx(split["total_change"]["value"])
    assert split["total_volume"]["low"] > 0
    assert split["mix"]["value"] == pytest.approx(0)
    json.dumps(split, allow_nan=False)


def test_intervals_hold_the_planted_mix_effect() -> None:
    """Two kinds at 10 % and 40 %; the second goes from 20 % to 50 % of the rows: the mix is worth 9 points."""
    held = clear = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        windows = []
        for share in (0.2, 0.5):
            codes = (rng.random(400) < share).astype(int)
            windows.append(Sample(codes, (rng.random(400) < np.where(codes, 0.4, 0.1)).astype(float), 30))
        split = split_windows(*windows, LABELS, 80, seed)
        assert split is not None
        held += split["mix"]["low"] <= 0.09 <= split["mix"]["high"]
        clear += split["mix"]["low"] > 0
    assert held >= 26
    assert clear >= 29


def test_an_empty_window_has_no_split() -> None:
    empty = Sample(np.empty(0, int), np.empty(0), 30)
    assert split_windows(empty, sample([(0, 1.0)]), LABELS, 5, 1) is None


def test_the_kernel_takes_many_samples_at_once() -> None:
    rng = np.random.default_rng(1)
    pairs = [group_sums(rng.integers(0, 4, 50), rng.random(50), 4) for _ in range(4)]
    one = split_sums(*pairs[0], *pairs[1])
    stacked = [np.stack([pairs[i][part], pairs[i + 2][part]]) for i in (0, 1) for part in (0, 1)]
    both = split_sums(*stacked)
    np.testing.assert_allclose(both["mix"][0], one["mix"])
