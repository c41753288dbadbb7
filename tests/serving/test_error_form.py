from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from serving.layers import guarded
from tests.serving.conftest import Service

URL = "/v1/leads/score"
IDS = {"lead_ids": ["L1"]}


def behind_layers(service: Service, endpoint: Callable[[Request], Any]) -> httpx.Response:
    """What the layers make of an application that answers /readyz with this endpoint, as BentoML would."""
    app = guarded(Starlette(routes=[Route("/readyz", endpoint)]), lambda: service.runtime)

    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            return await client.get("/readyz")

    return asyncio.run(get())


async def not_ready(_: Request) -> Response:
    return PlainTextResponse("Service is not ready", status_code=503)


async def timed_out(_: Request) -> Response:
    return Response(b'[{"error": "Not able to process"}]', status_code=504)


async def fails(_: Request) -> Response:
    raise RuntimeError("password=hunter2")


@pytest.mark.parametrize(
    ("endpoint", "status", "code"),
    [(not_ready, 503, "not_ready"), (timed_out, 504, "gateway_timeout"), (fails, 500, "internal")],
)
def test_errors_that_others_wrote_leave_in_our_form(service: Service, endpoint: Any, status: int, code: str) -> None:
    answer = behind_layers(service, endpoint)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"error"}
    assert set(answer.json()["error"]) == {"code", "message", "details"}
    assert answer.json()["error"]["code"] == code
    assert "hunter2" not in answer.text


def test_our_own_failure_is_500_without_a_word_of_it(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("phone 13800000000")

    monkeypatch.setattr(service.runtime.leads, "by_ids", fail)
    answer = service.post(URL, IDS, headers={"x-request-id": "abc-1"})
    assert answer.status_code == 500
    assert "abc-1" in answer.json()["error"]["message"]
    assert "13800000000" not in answer.text + "".join(capsys.readouterr())


@pytest.mark.parametrize(
    ("status", "call"),
    [
        (400, lambda s: s.request("POST", URL, content=b"{", headers={"content-type": "application/json"})),
        (401, lambda s: s.post(URL, IDS, key=None)),
        (403, lambda s: s.post(URL, IDS, key="rep-key")),
        (404, lambda s: s.request("GET", "/v1/nothing")),
        (405, lambda s: s.request("PUT", URL)),
        (413, lambda s: s.request("POST", URL, content=b" " * 200_000, headers={"content-type": "application/json"})),
        (415, lambda s: s.request("POST", URL, content=b"{}")),
        (422, lambda s: s.post(URL, {})),
    ],
)
def test_every_error_has_the_one_form(service: Service, status: int, call: Callable[[Service], httpx.Response]) -> None:
    answer = call(service)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    error = json.loads(answer.content)["error"]
    assert set(error) == {"code", "message", "details"}
    assert error["message"].endswith(".")
