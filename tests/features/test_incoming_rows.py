from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from configs.settings import load_settings
from features.errors import RowError
from features.incoming_rows import lead_table
from features.lake_extract import AttributeColumn

NOON = datetime(2024, 3, 1, 12)  # noqa: DTZ001 (naive UTC, as in the lake)
ATTRIBUTES = [AttributeColumn("lead", "Lead Score", "lead_score", "number")]


def converted(**row: Any) -> dict[str, Any]:
    return lead_table([row], ATTRIBUTES, NOON, load_settings()).to_pylist()[0]  # type: ignore[no-any-return]


def test_amounts_become_cents_and_moments_utc() -> None:
    row = converted(expected_amount="12345.675", budget=0.1, created_at="2024-03-01T08:00:00")
    assert (row["expected_amount_cents"], row["budget_cents"]) == (1234568, 10)
    assert row["created_at"] == datetime(2024, 3, 1, 0)  # noqa: DTZ001 (naive: read in Asia/Shanghai)


def test_an_aware_moment_keeps_its_zone() -> None:
    assert converted(created_at=datetime(2024, 3, 1, 11, tzinfo=UTC))["created_at"].hour == 11


def test_without_a_moment_the_lead_is_created_now() -> None:
    assert converted()["created_at"] == NOON


def test_attributes_go_by_name_or_slug_and_unknown_ones_are_left_out() -> None:
    assert converted(attributes={"Lead Score": 3})["attr_lead_score"] == "3.0"
    assert converted(attributes={"lead_score": "4"})["attr_lead_score"] == "4.0"
    assert converted(attributes={"Lead Score": "much", "other": 1})["attr_lead_score"] is None


def test_empty_text_is_nothing() -> None:
    assert converted(phone="", employee_count="")["phone"] is None


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"employee_count": "many"}, "employee_count must be a whole number, but row 0 .* has 'many'"),
        ({"employee_count": 1.5}, "must be a whole number"),
        ({"expected_amount": "1 million"}, "expected_amount must be a decimal amount"),
        ({"budget": "NaN"}, "budget must be a decimal amount"),
        ({"created_at": "yesterday"}, "created_at must be an ISO 8601 moment"),
        ({"created_at": "2030-01-01T00:00:00+00:00"}, "created_at must not lie after 2024-03-01 12:00:00 UTC"),
    ],
)
def test_a_wrong_value_is_refused_with_row_and_rule(row: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RowError, match=sentence):
        converted(lead_id="L1", **row)
