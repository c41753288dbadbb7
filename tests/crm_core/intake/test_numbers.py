from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest

from crm_core.intake.numbers import to_cents, to_integers, to_reals


@pytest.mark.parametrize(
    ("word", "cents"),
    [
        ("1234.5", 123450), ("1,234.50", 123450), ("¥1,234.50", 123450), ("￥5", 500), ("-5", -500), ("-¥5", -500),
        ("+5", 500),
        ("12.345", 1235), ("-12.345", -1235), ("1.", 100), (".5", 50), ("CNY 100", 10000), ("100元", 10000), ("0", 0),
        ("999999999999999.99", 99999999999999999),
    ],
)  # fmt: skip
def test_an_amount_is_read_in_cents(word: str, cents: int) -> None:
    values, is_bad = to_cents(pa.array([word]))
    assert (values.to_pylist(), is_bad.tolist()) == ([cents], [False])


@pytest.mark.parametrize(
    "word", ["12k", "1,5", "1.234,50", "nan", "inf", "1e5", "+-3", ".", "¥", "12,34.5", "1" * 16, "five"]
)
def test_what_is_no_amount_is_bad(word: str) -> None:
    values, is_bad = to_cents(pa.array([word, None]))
    assert (values.to_pylist(), is_bad.tolist()) == ([None, None], [True, False])


@pytest.mark.parametrize("amounts", [[1, None], [1.0, None], [Decimal("1.00"), None], ["1", None]])
def test_amounts_of_any_type_agree(amounts: list[object]) -> None:
    assert to_cents(pa.array(amounts))[0].to_pylist() == [100, None]


def test_half_a_cent_rounds_away_from_zero_in_any_type() -> None:
    for amounts in (["1.005", "-2.675"], [1.005, -2.675], [Decimal("1.005"), Decimal("-2.675")]):
        assert to_cents(pa.array(amounts))[0].to_pylist() == [101, -268]


def test_infinite_and_oversized_amounts_are_bad() -> None:
    assert to_cents(pa.array([float("inf"), 1e16, 1.0]))[1].tolist() == [True, True, False]
    assert to_cents(pa.array([True]))[1].tolist() == [True]


def test_whole_numbers_too_large_for_a_float_are_read_all_the_same() -> None:
    assert to_integers(pa.array([2**60 + 1]))[0].to_pylist() == [2**60 + 1]
    assert to_cents(pa.array([2**60]))[1].tolist() == [True]
    assert to_reals(pa.array([2**60]))[0].to_pylist() == [2.0**60]


def test_whole_numbers() -> None:
    values, is_bad = to_integers(pa.array(["1,200", "12.0", "-3", "12.5", "1e3", "9" * 16, None]))
    assert values.to_pylist() == [1200, 12, -3, None, None, None, None]
    assert is_bad.tolist() == [False] * 3 + [True] * 3 + [False]
    assert to_integers(pa.array([1.0, 2.5, None]))[0].to_pylist() == [1, None, None]
    assert to_integers(pa.array([2**64 - 1], pa.uint64()))[1].tolist() == [True]


def test_real_numbers() -> None:
    values, is_bad = to_reals(pa.array(["1,200.5", "-3", ".5", "1e3", "nan", "inf", "1e400", "x", None]))
    assert values.to_pylist() == [1200.5, -3.0, 0.5, 1000.0, None, None, None, None, None]
    assert is_bad.tolist() == [False] * 4 + [True] * 4 + [False]
