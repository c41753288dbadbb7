from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from configs.sections import Features, SizeFitRange
from configs.settings import load_settings
from features.on_demand import INPUTS, OUTPUTS, lead_fit, on_demand_function, with_lead_fit


@pytest.fixture
def rules() -> Features:
    base = load_settings().features
    fit = base.size_fit.model_copy(update={"products": {"small": SizeFitRange(employees=(1, 10), budget_share=0.5)}})
    return base.model_copy(update={"size_fit": fit})


def fit_of(rules: Features, **values: Any) -> dict[str, Any]:
    columns = {name: [values.get(name)] for name in INPUTS}
    return {name: value.tolist()[0] for name, value in lead_fit(columns, rules).items()}


@pytest.mark.parametrize(
    ("people", "expected"),
    [(50, 1.0), (5000, 1.0), (5, 0.0), (50_000, 0.0), (50 / 10**0.5, 0.5), (1, 0.0), (0, 0.0)],
)
def test_head_count_outside_the_range_falls_with_its_logarithm(rules: Features, people: float, expected: float) -> None:
    assert fit_of(rules, employee_count=people)["size_fit"] == pytest.approx(expected)


def test_the_budget_lowers_the_fit_when_it_does_not_reach(rules: Features) -> None:
    assert fit_of(rules, employee_count=100, expected_amount=100, budget=40)["size_fit"] == pytest.approx(0.5)
    assert fit_of(rules, employee_count=100, expected_amount=100, budget=200)["size_fit"] == 1.0


def test_a_product_may_have_a_range_of_its_own(rules: Features) -> None:
    assert fit_of(rules, employee_count=5, product="small")["size_fit"] == 1.0
    assert fit_of(rules, employee_count=5, product="other")["size_fit"] == 0.0


def test_what_is_not_known_is_no_number(rules: Features) -> None:
    found = fit_of(rules)
    assert np.isnan(found["size_fit"])
    assert np.isnan(found["budget_ratio"])
    assert (found["credit_hold"], found["prescreen"]) == (0.0, None)
    assert np.isnan(fit_of(rules, budget=5, expected_amount=0)["budget_ratio"])


@pytest.mark.parametrize(("overdue", "hold"), [(None, 0.0), (0, 0.0), (1, 0.0), (2, 1.0), (5, 1.0)])
def test_two_overdue_invoices_hold_credit(rules: Features, overdue: int | None, hold: float) -> None:
    assert fit_of(rules, customer_overdue_count=overdue)["credit_hold"] == hold


def test_the_reason_for_screening_out_is_told(rules: Features) -> None:
    assert fit_of(rules, employee_count=2)["prescreen"] == "firm_size_misfit"
    assert fit_of(rules, employee_count=100, expected_amount=100, budget=5)["prescreen"] == "budget_misfit"
    assert fit_of(rules, employee_count=100, expected_amount=100, budget=50)["prescreen"] is None


def test_frames_and_feast_get_the_same(rules: Features) -> None:
    frame = pd.DataFrame(
        {
            "employee_count": [3.0, np.nan, 200.0],
            "expected_amount": [100.0, 10.0, np.nan],
            "budget": [50.0, np.nan, 1.0],
            "product": ["small", None, "x"],
            "customer_overdue_count": [np.nan, 3.0, 0.0],
        }
    )
    plain = with_lead_fit(frame, rules)[list(OUTPUTS)]
    view = on_demand_function(rules)(frame)
    assert view["prescreen"].dtype == "string"
    numbers = [name for name in OUTPUTS if name != "prescreen"]
    pd.testing.assert_frame_equal(plain[numbers], view[numbers])
    assert [None if pd.isna(one) else one for one in view["prescreen"]] == plain["prescreen"].tolist()
