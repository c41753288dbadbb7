from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from crm_core.schema import BUNDLE
from tests.crm_core.conftest import open_migrated
from tests.serving.conftest import Service
from tests.waiting import until

EVENTS = "/v1/events"
EVENT = {"lead_id": "L1", "stage": "negotiation", "entered_at": "2026-05-31T10:00:00+08:00"}
BODY = {"table": "stage_events", "rows": [EVENT]}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with open_migrated("sqlite", tmp_path) as engine:
        yield engine


@pytest.fixture
def service(start: Callable[..., Service], engine: Engine) -> Service:
    return start(engine=engine)


def keyed(key: str) -> dict[str, Any]:
    return {"headers": {"idempotency-key": key}}


def test_rows_are_stored_and_their_leads_refreshed(service: Service) -> None:
    answer = service.post(EVENTS, BODY)
    assert answer.status_code == 200
    assert answer.json() == {
        "table": "stage_events", "read": 1, "inserted": 1, "updated": 0, "unchanged": 0, "rejected": 0, "errors": [],
    }  # fmt: skip
    until(lambda: service.refreshed == [("leads", ["L1"])])


def test_a_bad_row_is_told_with_its_reason_and_the_others_are_stored(service: Service) -> None:
    rows = [{**EVENT, "stage": "gone"}, {**EVENT, "lead_id": "L2"}]
    answer = service.post(EVENTS, {"table": "stage_events", "rows": rows}).json()
    assert (answer["inserted"], answer["rejected"]) == (1, 1)
    [error] = answer["errors"]
    assert (error["index"], error["column"], error["value"]) == (0, "stage", "gone")
    assert "stage" in error["rule"]
    until(lambda: service.refreshed == [("leads", ["L2"])])


def test_every_table_of_the_bundle_is_taken(service: Service) -> None:
    for table in BUNDLE:
        answer = service.post(EVENTS, {"table": table, "rows": [{"nonsense": 1}]})
        assert (answer.status_code, answer.json()["rejected"]) == (200, 1), table


def test_the_same_key_and_body_give_the_same_answer(service: Service) -> None:
    first, again = (service.post(EVENTS, BODY, **keyed("k1")) for _ in range(2))
    assert first.content == again.content
    other = service.post(EVENTS, {**BODY, "rows": [{**EVENT, "lead_id": "L2"}]}, **keyed("k1"))
    assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_key_reused")
    assert service.post(EVENTS, BODY, **keyed("k2")).json()["unchanged"] == 1


def test_a_key_belongs_to_its_caller(service: Service) -> None:
    service.post(EVENTS, BODY, **keyed("k1"))
    other = service.post(EVENTS, {**BODY, "rows": [{**EVENT, "lead_id": "L2"}]}, key="bootstrap-key", **keyed("k1"))
    assert other.json()["inserted"] == 1


def test_what_changed_nothing_is_not_refreshed_but_a_replay_is(service: Service) -> None:
    service.post(EVENTS, BODY, **keyed("k1"))
    until(lambda: len(service.refreshed) == 1)
    service.post(EVENTS, BODY)
    service.post(EVENTS, BODY, **keyed("k1"))
    until(lambda: len(service.refreshed) == 2)
    time.sleep(0.1)
    assert len(service.refreshed) == 2


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "table"),
        ({"table": "nonsense", "rows": [{}]}, "table"),
        ({"table": "leads"}, "rows"),
        ({"table": "leads", "rows": []}, "rows"),
        ({"table": "leads", "rows": [{}] * 1001}, "rows"),
        ({"table": "leads", "rows": ["x"]}, "rows[0]"),
        ({"table": "leads", "rows": [{}], "more": 1}, "more"),
    ],
)
def test_a_body_that_breaks_a_rule_is_told_where(service: Service, body: Any, place: str) -> None:
    answer = service.post(EVENTS, body)
    assert (answer.status_code, answer.json()["error"]["details"][0]["place"]) == (422, place)


@pytest.mark.parametrize("key", ["", "x" * 201, "ключ".encode()])
def test_a_key_that_is_none_is_refused(service: Service, key: Any) -> None:
    answer = service.post(EVENTS, BODY, **keyed(key))
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_idempotency_key")


@pytest.mark.parametrize("key", ["manager-key", "rep-key"])
def test_who_may_not_send_events(service: Service, key: str) -> None:
    assert service.post(EVENTS, BODY, key=key).status_code == 403


def test_too_many_calls_at_once_are_sent_away(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service.runtime.events, "_max_waiting", 0)
    answer = service.post(EVENTS, BODY)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "busy")
    assert int(answer.headers["retry-after"]) > 0


def test_a_score_that_moved_by_an_event_is_in_the_feed(service: Service) -> None:
    service.post(EVENTS, BODY)
    until(lambda: service.request("GET", "/v1/changes").json()["changes"])
    [change] = service.request("GET", "/v1/changes").json()["changes"]
    score = service.post("/v1/leads/score", {"lead_ids": ["L1"]}).json()["scores"][0]
    assert (change["kind"], change["entity"], change["entity_id"]) == ("score", "lead", "L1")
    for name in ("win_probability", "grade", "expected_value", "size_fit", "credit_hold", "prescreen"):
        assert change["body"][name] == score[name]
    assert (change["body"]["previous"], change["body"]["model_version"]) == (None, "3")


def test_a_credit_hold_that_an_event_brought_is_in_the_feed(service: Service) -> None:
    service.reader.vectors["leads", "L1"].values["credit_hold"] = 1
    service.post(EVENTS, BODY)
    until(lambda: len(service.request("GET", "/v1/changes").json()["changes"]) == 2)
    change = service.request("GET", "/v1/changes").json()["changes"][1]
    assert (change["kind"], change["entity_id"], change["body"]) == ("credit_hold", "L1", {"credit_hold": True})


def test_a_customers_score_is_told_too(service: Service) -> None:
    order = {"order_id": "O1", "customer_id": "C1", "ordered_at": "2026-05-01", "amount": 10}
    service.post(EVENTS, {"table": "orders", "rows": [order]})
    until(lambda: service.request("GET", "/v1/changes").json()["changes"])
    [change] = service.request("GET", "/v1/changes").json()["changes"]
    assert (change["entity"], change["entity_id"], change["body"]["rfm_tier"]) == ("customer", "C1", "growth")
