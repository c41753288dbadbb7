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


async def pieces(count: int, sent: list[int]) -> AsyncIterator[bytes]:
    """A body of so many pieces of 300 bytes; `sent` fills as they are taken."""
    for number in range(count):
        sent.append(number)
        yield b" " * 300


def test_a_body_at_the_limit_is_read(small: Service) -> None:
    assert small.request("POST", URL, content=padded(1000), headers=JSON).status_code == 200


def test_a_body_over_the_limit_is_413(small: Service) -> None:
    answer = small.request("POST", URL, content=padded(1001), headers=JSON)
    assert answer.status_code == 413
    assert answer.json()["error"]["message"] == "The body must have at most 1000 bytes, but has 1001."
    assert answer.headers["connection"] == "close"


def test_a_chunked_body_over_the_limit_is_413_and_not_read_to_its_end(small: Service) -> None:
    sent: list[int] = []
    answer = small.request("POST", URL, content=pieces(1000, sent), headers=JSON)
    assert answer.status_code == 413
    assert len(sent) < 1000


def test_a_body_somewhat_over_the_limit_is_read_to_its_end_so_that_its_sender_hears_the_answer(small: Service) -> None:
    sent: list[int] = []
    answer = small.request("POST", URL, content=pieces(20, sent), headers={**JSON, "content-length": "6000"})
    assert answer.status_code == 413
    assert answer.json()["error"]["message"] == "The body must have at most 1000 bytes, but has 6000."
    assert len(sent) == 20


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
