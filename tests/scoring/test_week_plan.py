from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scoring.week_plan import fits_week


def test_each_rep_has_hours_of_its_own() -> None:
    found = fits_week(
        np.array([1, 2, 3, 4]), ["a", "b", "a", "b"], [2.0, 2.0, 2.0, 2.0], {"a": 4.0, "b": 3.0}, [False] * 4
    )
    assert found == [True, True, True, False]


def test_who_is_not_to_be_called_gets_no_hours_and_takes_none() -> None:
    assert fits_week(np.array([1, 2]), ["a", "a"], [3.0, 3.0], {"a": 3.0}, [True, False]) == [False, True]


def test_without_a_rep_or_its_hours_nothing_is_said() -> None:
    assert fits_week(np.array([1, 2]), [None, "new"], [1.0, 1.0], {"a": 3.0}, [False] * 2) == [None, None]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0.25, 5)), max_size=30), st.floats(0, 20))
def test_no_rep_is_given_more_hours_than_are_left(leads: list[tuple[str, float]], left: float) -> None:
    reps, hours = [rep for rep, _ in leads], [step for _, step in leads]
    ranks = np.arange(1, len(leads) + 1)
    found = fits_week(ranks, reps, hours, {"a": left, "b": left}, [False] * len(leads))
    for rep in "ab":
        planned = sum(step for one, step, fits in zip(reps, hours, found, strict=True) if one == rep and fits)
        assert planned <= left + 1e-6
