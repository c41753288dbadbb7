from __future__ import annotations

import numpy as np
import pytest

from training.bootstrap import metric_intervals, paired_differences


def test_spread_of_the_mean_is_that_of_theory() -> None:
    """The standard error of a mean of n rows is s / sqrt(n)."""
    losses = np.stack([np.random.default_rng(0).normal(1, 1, 400), np.zeros(400)])
    sample = paired_differences(losses, np.ones(400), np.arange(400), 2000, seed=1)[0]
    assert sample.std() == pytest.approx(losses[0].std() / 20, rel=0.1)


def test_rows_of_one_entity_are_no_independent_evidence() -> None:
    value = np.random.default_rng(0).normal(1, 1, 100)
    losses = np.stack([np.repeat(value, 10), np.zeros(1000)])
    clustered = paired_differences(losses, np.ones(1000), np.repeat(np.arange(100), 10), 1000, seed=1)[0]
    naive = paired_differences(losses, np.ones(1000), np.arange(1000), 1000, seed=1)[0]
    assert clustered.std() > 2.5 * naive.std()


def test_interval_holds_the_mean() -> None:
    values = np.random.default_rng(0).normal(5, 1, 300)
    found = metric_intervals(
        lambda w: {"mean": float(np.average(values, weights=w))}, np.ones(300), np.arange(300), 300, 1
    )
    low, high = found["mean"]
    assert low < values.mean() < high
    assert high - low == pytest.approx(2 * 1.96 / np.sqrt(300), rel=0.2)
