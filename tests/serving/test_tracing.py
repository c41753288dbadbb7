from __future__ import annotations

from collections.abc import Callable

import pytest
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from serving.tracing import OtlpJson, Traces, otlp_of
from tests.serving.conftest import Service

URL = "/v1/leads/score"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def traced(start: Callable[..., Service], exporter: InMemorySpanExporter) -> Service:
    service = start()
    service.runtime.traces = Traces(exporter)
    return service


def test_a_request_is_a_span_that_continues_the_callers(traced: Service, exporter: InMemorySpanExporter) -> None:
    traced.post(URL, {"lead_ids": ["L1"]}, headers={"traceparent": PARENT, "x-request-id": "abc"})
    traced.post(URL, {"lead_ids": []})
    traced.runtime.traces.close()  # type: ignore[union-attr]
    content = otlp_of(exporter.get_finished_spans())
    first, second = content["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert (first["traceId"], first["parentSpanId"]) == (PARENT[3:35], PARENT[36:52])
    assert first["name"] == "POST /v1/leads/score"
    assert {"key": "http.response.status_code", "value": {"intValue": "200"}} in first["attributes"]
    assert {"key": "request_id", "value": {"stringValue": "abc"}} in first["attributes"]
    assert {"key": "http.response.status_code", "value": {"intValue": "422"}} in second["attributes"]
    assert "L1" not in str(content)


def test_without_a_collector_nothing_is_traced_and_one_that_is_gone_costs_only_spans(service: Service) -> None:
    assert service.runtime.traces is None
    assert service.post(URL, {"lead_ids": ["L1"]}).status_code == 200
    assert OtlpJson("http://127.0.0.1:1/v1/traces").export([]) is SpanExportResult.FAILURE
