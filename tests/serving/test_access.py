from __future__ import annotations

import asyncio
from typing import Any

import pytest

from serving.key_ring import KeyRing
from serving.operations import API
from serving.request_note import Caller
from tests.serving.conftest import Service

IDS = {"lead_ids": ["L1"]}


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic crm-key", "crm-key", "Bearer " + "x" * 5000]
)
def test_without_a_good_key_nothing_is_answered(service: Service, header: str | None) -> None:
    headers = {} if header is None else {"authorization": header}
    answer = service.post("/v1/leads/score", IDS, key=None, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["error"]["code"] == "unauthorised"


def test_the_scheme_is_read_without_regard_to_case(service: Service) -> None:
    assert (
        service.post("/v1/leads/score", IDS, key=None, headers={"authorization": "bearer crm-key"}).status_code == 200
    )


def test_the_settings_key_opens_everything(service: Service) -> None:
    assert service.post("/v1/leads/score", IDS, key="bootstrap-key").status_code == 200
    assert service.key_look_ups == []


@pytest.mark.parametrize("operation", API, ids=lambda operation: operation.path)
def test_every_operation_needs_a_key(service: Service, operation: Any) -> None:
    assert service.request(operation.method, operation.path, key=None).status_code == 401


def test_a_role_that_may_not_score_is_told_so(service: Service) -> None:
    answer = service.post("/v1/leads/score", IDS, key="rep-key")
    assert answer.status_code == 403
    assert answer.json()["error"]["message"] == (
        "The key's role must be one that may call this (admin, analyst, crm), but is 'rep'."
    )


def test_a_stranger_does_not_learn_which_routes_exist(service: Service) -> None:
    for path in ("/nothing", "/schema.json", "/v1/leads/score/", "/static_content/x"):
        assert service.request("GET", path, key=None).status_code == 401, path
        assert service.request("GET", path).status_code == 404, path


def test_a_wrong_method_is_405_with_what_is_allowed(service: Service) -> None:
    answer = service.request("GET", "/v1/leads/score")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json()["error"]["code"] == "method_not_allowed"
    assert service.request("DELETE", "/docs.json").headers["allow"] == "GET, HEAD"


def test_an_encoded_path_does_not_get_round_the_key(service: Service) -> None:
    for path in ("/v1/%6ceads/score", "//v1/leads/score", "/livez/../v1/leads/score"):
        assert service.request("POST", path, key=None, json=IDS).status_code in (401, 405), path


def test_keys_are_looked_up_once_and_unknown_ones_too(service: Service) -> None:
    for _ in range(3):
        service.post("/v1/leads/score", IDS)
        service.post("/v1/leads/score", IDS, key="wrong")
    assert service.key_look_ups == ["crm-key", "wrong"]


def test_a_withdrawn_key_stops_working_when_the_cache_has_expired() -> None:
    known: dict[str, Caller] = {"k": Caller("odoo", "crm")}
    ring = KeyRing(known.get, None, cache_seconds=0)
    assert asyncio.run(ring.identify("k")) == Caller("odoo", "crm")
    known.clear()
    assert asyncio.run(ring.identify("k")) is None


def test_the_cache_holds_no_key_in_clear() -> None:
    ring = KeyRing({"secret-key": Caller("odoo", "crm")}.get, "bootstrap-secret", cache_seconds=60)
    asyncio.run(ring.identify("secret-key"))
    assert "secret" not in repr(vars(ring))
