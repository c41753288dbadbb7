from __future__ import annotations

from collections.abc import Callable

from serving import rate_limit
from serving.rate_limit import RateLimit
from tests.serving.conftest import Service

IDS = {"lead_ids": ["L1"]}


def test_a_bucket_fills_again_but_never_over_its_size() -> None:
    now = 0.0
    limit = RateLimit(per_second=2, burst=3, clock=lambda: now)
    assert [limit.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
    now = 100.0
    assert [limit.take("a") for _ in range(4)] == [0, 0, 0, 0.5]


def test_it_remembers_a_bounded_number_of_callers() -> None:
    limit = RateLimit(per_second=1, burst=1)
    for number in range(rate_limit.MAX_CALLERS + 5):
        limit.take(str(number))
    assert len(limit._buckets) == rate_limit.MAX_CALLERS


def test_a_key_that_calls_too_often_gets_429_and_another_is_served(start: Callable[..., Service]) -> None:
    service = start(rules={"rate_per_second": 0.01, "rate_burst": 2})
    statuses = [service.post("/v1/leads/score", IDS).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    refused = service.post("/v1/leads/score", IDS)
    assert refused.json()["error"]["code"] == "too_many_requests"
    assert 1 <= int(refused.headers["retry-after"]) <= 100
    assert service.post("/v1/leads/score", IDS, key="analyst-key").status_code == 200
