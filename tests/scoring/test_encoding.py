from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from scoring.encoding import MANY_ROWS, as_category, encode_frame, encode_row, encode_rows
from scoring.feature_spec import FeatureSpec

NUMBER = FeatureSpec("x", "number", "X", "X")
OPEN = FeatureSpec("c", "category", "C", "C", None, ("a", "b"), has_other=True)
CLOSED = FeatureSpec("c", "category", "C", "C", None, ("a", "b"), has_other=False)


@pytest.mark.parametrize(
    ("spec", "value", "code"),
    [
        (NUMBER, "3.5", 3.5), (NUMBER, True, 1.0), (NUMBER, float("inf"), np.nan), (NUMBER, 1e39, np.nan),
        (NUMBER, "soon", np.nan),
        (NUMBER, None, np.nan), (OPEN, "b", 1.0), (OPEN, "new", 2.0), (CLOSED, "new", np.nan), (OPEN, None, np.nan),
        (OPEN, float("nan"), np.nan), (OPEN, "", np.nan),
    ],
)  # fmt: skip
def test_value_has_one_code_in_a_frame_and_in_a_row(spec: FeatureSpec, value: object, code: float) -> None:
    frame = pd.DataFrame({spec.name: pd.Series([value], dtype=object)})
    assert encode_frame([spec], frame)[0, 0] == pytest.approx(code, nan_ok=True)
    assert encode_row([spec], {spec.name: value})[0, 0] == pytest.approx(code, nan_ok=True)


def test_whole_numbers_are_one_category_whether_float_or_not() -> None:
    assert as_category(3) == as_category(3.0) == as_category(np.float64(3)) == "3"


def test_absent_key_of_a_row_is_a_missing_value() -> None:
    assert np.isnan(encode_row([NUMBER, OPEN], {})).all()


ODD = [None, True, "soon", "7", float("inf"), 4e38, 3, np.float32(0.5), pd.NA, "web", "", 1.0]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("count", [1, MANY_ROWS, 50])
def test_rows_together_are_encoded_as_each_by_itself(odd: object, count: int) -> None:
    specs = [NUMBER, OPEN]
    usual = [{NUMBER.name: float(number), OPEN.name: "web"} for number in range(48)]
    rows: list[dict[str, object]] = [{NUMBER.name: odd, OPEN.name: odd}, {}, *usual]
    expected = np.concatenate([encode_row(specs, row) for row in rows[:count]])
    assert encode_rows(specs, rows[:count]).tobytes() == expected.tobytes()
