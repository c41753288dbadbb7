from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from serving.bodies import read_body
from serving.errors import BadRequestError, UnprocessableError
from serving.schemas import CustomerScoreRequest, LeadScoreRequest


def read(body: Any, max_entities: int = 1000) -> LeadScoreRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_body(LeadScoreRequest, raw, max_entities)


def places(body: Any, max_entities: int = 1000) -> list[str]:
    with pytest.raises(UnprocessableError) as caught:
        read(body, max_entities)
    return [fault["place"] for fault in caught.value.details]


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"lead_ids", b'{"lead_ids":["\xff"]}', b"[" * 100_000, b'{"lead_ids":["\\ud800"]}']
)
def test_what_is_not_json_is_a_bad_request(raw: bytes) -> None:
    with pytest.raises(BadRequestError) as caught:
        read(raw)
    assert caught.value.error_code == "invalid_json"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ([], "body"),
        ({}, "body"),
        ({"lead_ids": ["L1"], "leads": [{"lead_id": "L1"}]}, "body"),
        ({"lead_ids": []}, "lead_ids"),
        ({"lead_ids": "L1"}, "lead_ids"),
        ({"lead_ids": [7]}, "lead_ids[0]"),
        ({"lead_ids": ["L1", ""]}, "lead_ids[1]"),
        ({"lead_ids": ["x" * 201]}, "lead_ids[0]"),
        ({"lead_ids": ["a\u0000b"]}, "lead_ids[0]"),
        ({"lead_ids": ["L1"], "colour": 1}, "colour"),
        ({"leads": [{}]}, "leads[0].lead_id"),
        ({"leads": [{"lead_id": "L1"}, {"lead_id": "L2", "colour": "red"}]}, "leads[1].colour"),
        ({"leads": [{"lead_id": "L1"}, {"lead_id": "L1"}]}, "leads"),
        ({"leads": [{"lead_id": "L1", "created_at": "soon"}]}, "leads[0].created_at"),
        ({"leads": [{"lead_id": "L1", "created_at": 1_700_000_000}]}, "leads[0].created_at"),
        ({"leads": [{"lead_id": "L1", "created_at": "1714521600"}]}, "leads[0].created_at"),
        ({"leads": [{"lead_id": "L1", "created_at": "2024"}]}, "leads[0].created_at"),
        ({"leads": [{"lead_id": "L1", "created_at": "0001-01-01"}]}, "leads[0].created_at"),
        ({"leads": [{"lead_id": "L1", "employee_count": 80.5}]}, "leads[0].employee_count"),
        ({"leads": [{"lead_id": "L1", "employee_count": "many"}]}, "leads[0].employee_count"),
        ({"leads": [{"lead_id": "L1", "employee_count": -1}]}, "leads[0].employee_count"),
        ({"leads": [{"lead_id": "L1", "expected_amount": -0.01}]}, "leads[0].expected_amount"),
        ({"leads": [{"lead_id": "L1", "expected_amount": 1.234}]}, "leads[0].expected_amount"),
        ({"leads": [{"lead_id": "L1", "expected_amount": float("nan")}]}, "leads[0].expected_amount"),
        ({"leads": [{"lead_id": "L1", "budget": float("inf")}]}, "leads[0].budget"),
        ({"leads": [{"lead_id": "L1", "budget": "NaN"}]}, "leads[0].budget"),
        ({"leads": [{"lead_id": "L1", "attributes": {"score": float("-inf")}}]}, "leads[0].attributes.score"),
        ({"leads": [{"lead_id": "L1", "attributes": {"nested": {"a": 1}}}]}, "leads[0].attributes.nested"),
        ({"leads": [{"lead_id": "L1", "attributes": []}]}, "leads[0].attributes"),
    ],
)
def test_what_breaks_a_rule_is_told_with_its_place(body: Any, place: str) -> None:
    assert any(found.startswith(place) for found in places(body)), places(body)


def test_a_fault_of_an_attribute_is_told_once() -> None:
    assert places({"leads": [{"lead_id": "L1", "attributes": {"score": [1]}}]}) == ["leads[0].attributes.score"]


@pytest.mark.parametrize("moment", ["20240501", "2024-05-01", "20240501T000000", "2024-05-01T00"])
def test_every_form_of_iso_8601_is_the_same_moment(moment: str) -> None:
    lead = (read({"leads": [{"lead_id": "L1", "created_at": moment}]}).leads or [])[0]
    assert lead.created_at == datetime(2024, 5, 1)  # noqa: DTZ001 (naive as given)


def test_a_whole_number_may_be_written_with_a_point() -> None:
    lead = (read({"leads": [{"lead_id": "L1", "employee_count": 80.0}]}).leads or [])[0]
    assert repr(lead.employee_count) == "80"


def test_more_than_the_configured_number_is_refused() -> None:
    assert len(read({"lead_ids": ["L"] * 3}, 3).lead_ids or []) == 3
    assert places({"lead_ids": ["L"] * 4}, 3) == ["lead_ids"]
    assert places({"leads": [{"lead_id": f"L{i}"} for i in range(4)]}, 3) == ["leads"]
    with pytest.raises(UnprocessableError, match="at most 1 entries, but has 2"):
        read_body(CustomerScoreRequest, b'{"customer_ids":["a","b"]}', 1)


def test_a_row_of_the_bundle_is_read_whole() -> None:
    row = {
        "lead_id": "客户-1", "created_at": "2026-05-01T09:30:00+08:00", "customer_id": "C1",
        "company_name": "华东设备有限公司", "contact_name": "李雷", "phone": "13800000000", "email": "a@b.cn",
        "channel_id": "fair", "campaign": "spring", "product": "press", "expected_amount": 1234.56, "budget": "1000.00",
        "employee_count": 80, "industry": "machines", "region": "华东", "rep_id": "R1",
        "attributes": {"评分": 3, "vip": True, "note": "x", "share": 0.5, "none": None},
    }  # fmt: skip
    lead = (read({"leads": [row]}).leads or [])[0]
    assert str(lead.expected_amount) == "1234.56"
    assert str(lead.budget) == "1000.00"
    assert lead.attributes == {"评分": 3, "vip": True, "note": "x", "share": 0.5, "none": None}
    assert lead.attributes["vip"] is True


def test_an_error_tells_the_place_and_never_the_value() -> None:
    with pytest.raises(UnprocessableError) as caught:
        read({"leads": [{"lead_id": "L1", "phone": 13_800_000_000, "email": ["li@example.cn"]}]})
    told = json.dumps([caught.value.message, caught.value.details])
    assert "13800000000" not in told
    assert "example.cn" not in told


def test_the_number_of_faults_told_is_bounded() -> None:
    assert len(places({"lead_ids": [7] * 900})) == 20
