from __future__ import annotations

import numpy as np
import pytest

from monitoring.drift_tests import (
    NO_TEST,
    compare_counts,
    compare_missing,
    compare_numbers,
    compare_shares,
    pool_rare,
    shift_in_sd,
)


def test_numbers_of_one_distribution_agree_and_of_two_do_not() -> None:
    rng = np.random.default_rng(0)
    assert compare_numbers(rng.normal(size=500), rng.normal(size=500)).p_value > 0.01
    assert compare_numbers(rng.normal(size=500), rng.normal(0.5, 1, 500)).p_value < 1e-4


def test_too_few_present_numbers_are_no_test() -> None:
    values = np.full(100, np.nan)
    values[:19] = 1.0
    assert compare_numbers(values, np.arange(100.0)) == NO_TEST


def test_shares_with_the_p_value_of_a_textbook() -> None:
    # Fisher's tea tasting: 3 of 4 against 1 of 4, two-sided p = 0.4857 (The Design of Experiments, 1935).
    assert compare_shares(3, 4, 1, 4).p_value == pytest.approx(0.4857, abs=1e-4)
    # 12 of 100 against 39 of 100: chi-squared = 100 * 100 * 200 * 0.27 ** 2 / (51 * 149) / 100 = 19.18.
    assert compare_shares(12, 100, 39, 100).p_value == pytest.approx(1.19e-5, rel=0.02)


def test_nothing_missing_on_both_sides_is_no_change() -> None:
    none_missing = np.zeros(50, dtype=bool)
    assert compare_missing(none_missing, none_missing).p_value == 1.0


def test_rare_categories_are_pooled_and_a_small_pool_joins_the_smallest() -> None:
    table = np.array([[50.0, 40.0, 4.0, 3.0, 3.0], [50.0, 40.0, 4.0, 3.0, 3.0]])
    assert pool_rare(table).tolist() == [[50.0, 40.0, 10.0], [50.0, 40.0, 10.0]]
    table = np.array([[50.0, 48.0, 2.0], [50.0, 48.0, 2.0]])
    assert pool_rare(table).tolist() == [[50.0, 50.0], [50.0, 50.0]]


def test_one_category_is_no_test() -> None:
    assert compare_counts(np.array([100.0]), np.array([90.0])) == NO_TEST


def test_shift_is_measured_in_standard_deviations() -> None:
    rng = np.random.default_rng(1)
    reference = rng.normal(10, 2, 20_000)
    assert shift_in_sd(reference, rng.normal(11, 2, 20_000)) == pytest.approx(0.5, abs=0.05)
    assert shift_in_sd(np.ones(100), np.ones(100)) == 0.0
    assert shift_in_sd(np.full(100, np.nan), np.ones(100)) == 0.0


def test_a_shared_value_that_moves_a_little_is_a_small_shift() -> None:
    rates = np.repeat([0.20, 0.25, 0.30], 200)
    assert compare_numbers(rates, rates + 0.001).p_value < 1e-20
    assert shift_in_sd(rates, rates + 0.001) < 0.05
