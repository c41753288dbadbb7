"""The short form of benchmarks/serving: what holds on any machine; the figures are in docs/performance.md."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from benchmarks.serving import scenarios
from benchmarks.serving.measure import measure, plan_of
from benchmarks.serving.server import Server as Measured
from benchmarks.serving.state import State as Asked
from tests.serving.real_server import Server, State

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("service")]


def under(server: Server, state: State) -> tuple[Measured, Asked]:
    port = int(server.url.rpartition(":")[2])
    asked = Asked(str(state.line.home), state.crm_key, state.lead_ids)
    return Measured("funnelcast", port, server.process, server.log), asked


def test_at_a_gentle_rate_every_request_is_answered(server: Server, state: State) -> None:
    measured, asked = under(server, state)
    got = measure(measured, plan_of(measured, asked, rate=10, seconds=6))
    assert got.result.statuses == {200: 60}


def test_far_beyond_capacity_it_serves_refuses_and_recovers(server: Server, state: State) -> None:
    measured, asked = under(server, state)
    got = measure(measured, plan_of(measured, asked, rate=1500, seconds=5))
    assert set(got.result.statuses) <= {200, 429, 503}, got.result.statuses
    assert got.ok() > 0
    assert got.result.statuses.get(503, 0) + got.result.statuses.get(429, 0) > 0
    after = measure(measured, plan_of(measured, asked, rate=5, seconds=4))
    assert after.result.statuses == {200: 20}
    with httpx.Client(base_url=server.url) as stranger:
        figures = stranger.get("/metrics").text
    assert "funnelcast_shed_total" in figures
    assert 'funnelcast_requests_total{route="/v1/leads/score",status="200"}' in figures


def test_champions_change_under_load_and_the_bad_ones_are_refused(
    server: Server,
    state: State,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Eight changes, two of them bad; `make bench-serving` makes twenty with all five kinds of fault."""
    _, asked = under(server, state)
    monkeypatch.setenv("FUNNELCAST_HOME", asked.home)
    for row in scenarios.model_changes(asked, tmp_path, count=8, pause=5.0, rate=10):
        assert row.holds, (row.what, row.figure)
