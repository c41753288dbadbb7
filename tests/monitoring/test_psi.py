from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from monitoring.errors import WindowError
from monitoring.psi import count_numbers, learn_edges, psi_of_counts


def test_psi_of_a_known_table() -> None:
    # B. Yurdakul, dissertation 2018, the definition by hand: (0.6 - 0.5) ln(0.6/0.5) + (0.4 - 0.5) ln(0.4/0.5).
    psi = psi_of_counts(np.array([5e6, 5e6]), np.array([6e6, 4e6]), alpha=0.05)
    assert psi.value == pytest.approx(0.1 * np.log(1.2) + 0.1 * np.log(1.25), rel=1e-5)


def test_limit_is_the_chi_squared_quantile_times_both_sample_sizes() -> None:
    psi = psi_of_counts(np.full(10, 20.0), np.full(10, 50.0), alpha=0.05)
    assert psi.limit == pytest.approx(16.919 * (1 / 200 + 1 / 500), rel=1e-4)
    assert psi.value == 0
    assert psi.excess == 0


@pytest.mark.parametrize("rows", [100, 1000])
def test_limit_holds_its_false_alarm_rate(rows: int) -> None:
    rng = np.random.default_rng(7)
    repeats = 400
    alarms = 0
    for _ in range(repeats):
        reference, current = rng.normal(size=rows), rng.normal(size=rows)
        edges = learn_edges(reference, 10)
        psi = psi_of_counts(count_numbers(reference, edges), count_numbers(current, edges), alpha=0.05)
        alarms += psi.value > psi.limit
    # The limit is asymptotic and the bins are learnt: 4 to 7 % by stack.md.
    assert alarms <= stats.binom.ppf(0.999, repeats, 0.07)


def test_a_bin_that_empties_keeps_the_index_finite() -> None:
    psi = psi_of_counts(np.array([50.0, 50.0, 0.0]), np.array([100.0, 0.0, 0.0]), alpha=0.05)
    assert np.isfinite(psi.value)
    assert psi.bins == 2


def test_without_rows_it_refuses() -> None:
    with pytest.raises(WindowError, match="needs rows in both windows, but got 0 in the reference"):
        psi_of_counts(np.zeros(3), np.ones(3), alpha=0.05)


def test_edges_are_the_references_quantiles_and_ignore_what_is_missing() -> None:
    values = np.append(np.arange(1.0, 101.0), np.nan)
    edges = learn_edges(values, 4)
    assert edges.tolist() == [25.0, 50.0, 75.0]
    assert count_numbers(values, edges).tolist() == [25.0, 25.0, 25.0, 25.0, 1.0]


def test_shared_values_give_fewer_bins() -> None:
    assert learn_edges(np.array([0.0] * 95 + [1.0] * 5), 10).tolist() == [0.0]
    assert learn_edges(np.array([np.nan]), 10).size == 0
