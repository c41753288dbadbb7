from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from scoring.foremost import Foremost
from scoring.lead_scores import ranks

# Few distinct values, so that ties are common; None: the amount is missing.
LEADS = st.lists(
    st.tuples(st.sampled_from([0.1, 0.2, 0.9]), st.sampled_from([None, 10.0, 20.0, 500.0]), st.booleans()), max_size=60
)


@given(LEADS, st.integers(1, 6), st.integers(1, 9))
def test_the_first_of_all_are_among_what_is_held(
    leads: list[tuple[float, float | None, bool]], limit: int, size: int
) -> None:
    figures = pd.DataFrame({
        "lead_id": [f"L{number * 7 % 61:02}" for number in range(len(leads))],
        "win_probability": [chance for chance, _, _ in leads],
        "expected_value": [np.nan if amount is None else chance * amount for chance, amount, _ in leads],
        "is_last": pd.Series([is_last for _, _, is_last in leads], dtype=bool),
    })  # fmt: skip
    foremost = Foremost(limit)
    for start in range(0, max(len(leads), 1), size):
        piece = figures[start : start + size]
        foremost.add(piece[["lead_id"]], piece)
    held = foremost.rows()["lead_id"].tolist()
    rank = ranks(*(figures[name].to_numpy() for name in ("win_probability", "expected_value", "is_last")),
                 figures["lead_id"].tolist())  # fmt: skip
    assert set(figures["lead_id"][rank <= limit]) <= set(held)
    assert held == [one for one in figures["lead_id"] if one in set(held)]


def test_rows_that_cannot_be_among_the_first_are_let_go() -> None:
    foremost = Foremost(10)
    for start in range(0, 10_000, 100):
        places = np.arange(start, start + 100)
        figures = pd.DataFrame({
            "lead_id": [f"L{place:05}" for place in places],
            "win_probability": 0.5, "expected_value": 100.0, "is_last": False,
        })  # fmt: skip
        foremost.add(figures, figures)
    assert len(foremost.rows()) <= 40
