from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import pytest

from tests.serving.conftest import Service

URL = "/v1/leads/score"
JSON = {"content-type": "application/json"}


@pytest.fixture
def small(start: Callable[..., Service]) -> Service:
    return start(rules={"max_body_bytes": 1000})


def padded(size: int) -> bytes:
    body = json.dumps({"lead_ids": ["L1"]}).encode()
    return body + b" " * (size - len(body))


def test_a_body_at_the_limit_is_read(small: Service) -> None:
    assert small.request("POST", URL, content=padded(1000), headers=JSON).status_code == 200


def test_a_body_over_the_limit_is_413(small: Service) -> None:
    answer = small.request("POST", URL, content=padded(1001), headers=JSON)
    assert answer.status_code == 413
    assert answer.json()["error"]["message"] == "The body must have at most 1000 bytes, but has 1001."
    assert answer.headers["connection"] == "close"


def test_a_chunked_body_over_the_limit_is_413_and_not_read_to_its_end(small: Service) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 1
            yield b" " * 300

    answer = small.request("POST", URL, content=endless(), headers=JSON)
    assert answer.status_code == 413
    assert sent < 1000


def test_a_body_somewhat_over_the_limit_is_read_to_its_end_so_that_its_sender_hears_the_answer(small: Service) -> None:
    sent = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(20):
            sent += 1
            yield b" " * 300

    answer = small.request("POST", URL, content=pieces(), headers={**JSON, "content-length": "6000"})
    assert answer.status_code == 413
    assert answer.json()["error"]["message"] == "The body must have at most 1000 bytes, but has 6000."
    assert sent == 20


def test_a_false_content_length_does_not_help(small: Service) -> None:
    answer = small.request("POST", URL, content=padded(5000), headers={**JSON, "content-length": "10"})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/vnd.bentoml+pickle"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
def test_anything_but_json_is_415(service: Service, headers: dict[str, str]) -> None:
    answer = service.request("POST", URL, content=b'{"lead_ids":["L1"]}', headers=headers)
    assert answer.status_code == 415
    assert answer.json()["error"]["code"] == "unsupported_media_type"


def test_a_charset_of_utf_8_is_json(service: Service) -> None:
    headers = {"content-type": 'Application/JSON; charset="UTF-8"'}
    assert service.request("POST", URL, content=b'{"lead_ids":["L1"]}', headers=headers).status_code == 200


def test_a_stranger_is_refused_before_the_body_is_read(small: Service) -> None:
    assert small.request("POST", URL, key=None, content=padded(5000), headers=JSON).status_code == 401


def test_a_body_that_never_ends_is_408(start: Callable[..., Service]) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(5)
        yield b"}"

    answer = start(rules={"body_timeout_seconds": 0.05}).request("POST", URL, content=slow(), headers=JSON)
    assert answer.status_code == 408
    assert answer.json()["error"]["code"] == "body_timeout"
