from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmarks.drift import clean_features
from configs.sections import Monitoring
from features.schema import Feature
from monitoring.column_drift import ColumnDrift, as_numbers, detect_drift

Frame = pd.DataFrame


def features_of(frame: Frame) -> list[Feature]:
    return [Feature(name, "category" if frame[name].dtype == object else "number", name, name) for name in frame]


def drifted(rules: Monitoring, rows: int, seed: int, change: Callable[[Frame], None] | None = None) -> list[str]:
    rng = np.random.default_rng(seed)
    reference, current = clean_features(rng, rows), clean_features(rng, rows)
    if change is not None:
        change(current)
    verdicts = detect_drift(reference, current, features_of(reference), rules)
    return [verdict.column for verdict in verdicts if verdict.is_drifted]


def false_alarms(rules: Monitoring, rows: int, reports: int) -> int:
    return sum(bool(drifted(rules, rows, seed)) for seed in range(reports))


def test_forty_clean_features_raise_few_alarms(rules: Monitoring) -> None:
    assert false_alarms(rules, 200, 40) <= stats.binom.ppf(0.999, 40, 0.05)


@pytest.mark.slow
@pytest.mark.parametrize(("rows", "reports"), [(200, 100), (1000, 60), (5000, 25)])
def test_at_most_five_percent_of_clean_reports_alarm(rules: Monitoring, rows: int, reports: int) -> None:
    assert false_alarms(rules, rows, reports) <= stats.binom.ppf(0.99, reports, 0.05)


def shift_normal(sd: float) -> Callable[[Frame], None]:
    def change(frame: Frame) -> None:
        frame["normal_0"] += sd

    return change


@pytest.mark.parametrize(("sd", "rows"), [(0.5, 500), (0.3, 1000)])
def test_a_shifted_feature_is_found(rules: Monitoring, sd: float, rows: int) -> None:
    found = [drifted(rules, rows, seed, shift_normal(sd)) for seed in range(20)]
    assert sum("normal_0" in columns for columns in found) >= 19


def test_a_trifle_over_many_rows_stays_silent(rules: Monitoring) -> None:
    rng = np.random.default_rng(3)
    reference = pd.DataFrame({"x": rng.normal(size=100_000)})
    current = pd.DataFrame({"x": rng.normal(0.05, 1, 100_000)})
    [verdict] = detect_drift(reference, current, features_of(reference), rules)
    assert verdict.q_value < 1e-6
    assert not verdict.is_drifted


def test_values_that_go_missing_are_a_drift_of_their_own(rules: Monitoring) -> None:
    def empty(frame: Frame) -> None:
        frame.loc[frame.index % 3 == 0, ["normal_1", "blanks_0"]] = None

    assert {"normal_1", "blanks_0"} <= set(drifted(rules, 500, 0, empty))


def verdict_of(
    rules: Monitoring, reference: list[object], current: list[object], kind: str = "category"
) -> ColumnDrift:
    feature = Feature("column", "number" if kind == "number" else "category", "Column", "列")
    [verdict] = detect_drift(pd.DataFrame({"column": reference}), pd.DataFrame({"column": current}), [feature], rules)
    return verdict


def test_a_share_that_moves_is_said_in_words(rules: Monitoring) -> None:
    verdict = verdict_of(rules, ["a"] * 88 + ["b"] * 12, ["a"] * 61 + ["b"] * 39)
    assert verdict.is_drifted
    assert verdict.method == "chi_squared"
    assert verdict.text.en.startswith("Column: share of “a” 88% before, 61% now")
    assert verdict.text.zh.startswith("列：“a”的占比由 88% 变为 61%")


def test_a_flag_is_compared_by_value(rules: Monitoring) -> None:
    verdict = verdict_of(rules, [1.0] * 80 + [0.0] * 20, [1.0] * 40 + [0.0] * 60, kind="number")
    assert verdict.is_drifted
    assert verdict.method == "chi_squared"
    assert verdict.text.en == "Column: median 1 before, 0 now (large change)."


def test_more_categories_than_are_compared_count_as_one(rules: Monitoring) -> None:
    values = [f"v{i}" for i in range(200)]
    assert not verdict_of(rules, [*values], [*values]).is_drifted


def test_a_column_without_any_value_is_no_drift(rules: Monitoring) -> None:
    for kind in ("number", "category"):
        verdict = verdict_of(rules, [None] * 60, [None] * 60, kind)
        assert not verdict.is_drifted
        assert verdict.p_value == 1.0


def test_infinite_numbers_count_as_missing() -> None:
    assert np.isnan(as_numbers(pd.Series([1.0, np.inf, -np.inf, None]))).tolist() == [False, True, True, True]


def test_no_columns_give_no_verdicts(rules: Monitoring) -> None:
    assert detect_drift(pd.DataFrame({"x": [1.0]}), pd.DataFrame({"x": [1.0]}), [], rules) == []


def test_a_verdict_is_valid_json(rules: Monitoring) -> None:
    verdict = verdict_of(rules, ["a"] * 60, [None] * 60)
    assert json.loads(json.dumps(verdict.to_json(), allow_nan=False))["column"] == "column"
