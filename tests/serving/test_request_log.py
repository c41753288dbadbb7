from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from serving.request_log import JsonLines
from tests.serving.conftest import Service

URL = "/v1/leads/score"


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))

    @property
    def requests(self) -> list[dict[str, Any]]:
        return [line for line in map(json.loads, self.texts) if line["event"] == "request"]


@pytest.fixture
def lines() -> Iterator[Lines]:
    handler, logger = Lines(), logging.getLogger("funnelcast")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(before)


def test_one_json_line_per_request(service: Service, lines: Lines) -> None:
    service.post(URL, {"lead_ids": ["L1", "nobody"]}, headers={"x-request-id": "crm-42"})
    (line,) = lines.requests
    assert line["ms"] >= 0
    assert line["at"].endswith("+00:00")
    told = {
        key: line[key] for key in ("request_id", "method", "route", "status", "caller", "scored", "unscored", "level")
    }
    assert told == {
        "request_id": "crm-42", "method": "POST", "route": URL, "status": 200, "caller": "odoo", "scored": 1,
        "unscored": 1, "level": "info",
    }  # fmt: skip


def test_a_refused_request_has_its_line_with_the_code(service: Service, lines: Lines) -> None:
    service.post(URL, {"lead_ids": ["L1"]}, key=None)
    service.post(URL, {})
    assert [(line["status"], line["code"]) for line in lines.requests] == [
        (401, "unauthorised"),
        (422, "invalid_request"),
    ]


def test_no_key_no_id_and_no_personal_data_is_logged(service: Service, lines: Lines) -> None:
    row = {"lead_id": "secret-id", "phone": "13800000000", "email": "li@example.cn", "company_name": "华东公司"}
    service.post(URL, {"leads": [row]})
    service.post(URL, {"leads": [{**row, "phone": 7}]})
    service.post(URL, {"leads": [row]}, key="wrong-key")
    service.request("GET", "/v1/predictions/secret-id?phone=13800000000")
    service.request("GET", "/v1/nothing/13800000000")
    told = "\n".join(lines.texts)
    for secret in ("secret-id", "13800000000", "example.cn", "华东", "crm-key", "wrong-key"):
        assert secret not in told, secret


def test_the_request_id_is_the_callers_if_it_is_a_plain_token(service: Service) -> None:
    assert service.request("GET", "/nothing", headers={"x-request-id": "a.b_c-1"}).headers["x-request-id"] == "a.b_c-1"
    for bad in ("", "x" * 65, "a b", 'a"b', "{inject}"):
        given = service.request("GET", "/nothing", headers={"x-request-id": bad}).headers["x-request-id"]
        assert given != bad
        assert len(given) == 32


def test_every_answer_has_the_security_headers(service: Service) -> None:
    for answer in (service.post(URL, {"lead_ids": ["L1"]}), service.post(URL, {}, key=None)):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers
