from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import httpx
import pytest

from serving.admission import Admission
from serving.errors import OverloadedError
from serving.turns import SHORT_QUEUE, Lane
from serving.working_threads import WorkingThreads
from tests.serving.conftest import Service


def client_of(service: Service) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(service.app)
    return httpx.AsyncClient(
        transport=transport, base_url="http://service", headers={"authorization": "Bearer crm-key"}
    )


def test_beyond_the_queue_requests_get_503_and_a_probe_still_passes(start: Callable[..., Service]) -> None:
    service = start(rules={"queue_size": 2})
    received = asyncio.Event()

    async def body():  # type: ignore[no-untyped-def]
        await received.wait()
        yield b'{"lead_ids":["L1"]}'

    async def scenario() -> tuple[list[int], httpx.Response, int, int]:
        async with client_of(service) as client:
            headers = {"content-type": "application/json"}
            slow = [
                asyncio.create_task(client.post("/v1/leads/score", content=body(), headers=headers)) for _ in range(2)
            ]
            await asyncio.sleep(0.05)
            refused = await client.post("/v1/leads/score", content=b"never parsed")
            probe = await client.get("/livez")
            received.set()
            served = [answer.status_code for answer in await asyncio.gather(*slow)]
            after = await client.post("/v1/leads/score", json={"lead_ids": ["L1"]})
        return served, refused, probe.status_code, after.status_code

    served, refused, probe, after = asyncio.run(scenario())
    assert served == [200, 200]
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert refused.json()["error"]["code"] == "overloaded"
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert refused.headers["x-request-id"]
    assert probe == 404  # BentoML's probes are not mounted here, but it was let through
    assert after == 200


def test_the_count_goes_back_when_the_application_fails() -> None:
    async def failing(*_: object) -> None:
        raise RuntimeError("broken")

    layer = Admission(failing, lambda: 1)
    with pytest.raises(RuntimeError, match="broken"):
        asyncio.run(layer({"type": "http", "path": "/v1/x", "headers": []}, None, None))  # type: ignore[arg-type]
    assert layer.count_under_way == 0


@pytest.mark.parametrize(("count_before", "is_refused"), [(SHORT_QUEUE, False), (SHORT_QUEUE + 3, True)])
def test_a_turn_that_comes_too_late_is_refused_where_there_was_a_queue(count_before: int, is_refused: bool) -> None:
    async def scenario(lane: Lane) -> list[object]:
        waiting = [lane.take(time.monotonic(), time.sleep, 0.02) for _ in range(count_before)]
        return await asyncio.gather(*waiting, lane.take(time.monotonic(), abs, -1), return_exceptions=True)

    *_, last = asyncio.run(scenario(Lane(WorkingThreads("scoring"), max_wait_seconds=0.03)))
    assert isinstance(last, OverloadedError) if is_refused else last == 1


def test_a_call_for_scores_is_refused_unread_while_its_turn_would_come_too_late(service: Service) -> None:
    lane = service.runtime.lane(1)
    lane.count_waiting, lane.mean_seconds = SHORT_QUEUE + 1, service.runtime.rules.max_wait_seconds
    refused = service.request("POST", "/v1/leads/score", content=b"never parsed")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert service.key_look_ups == []
    assert service.request("GET", "/v1/predictions/none").status_code == 404
