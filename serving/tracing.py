"""OpenTelemetry traces, where a collector is configured: a span per request, continued from the caller's."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from opentelemetry.propagate import extract
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import SpanKind, Status, StatusCode
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.request_note import RequestNote

TIMEOUT_SECONDS = 5.0


class Traces:
    """The tracer of a worker, and the thread that sends its spans in batches."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._provider = TracerProvider(resource=Resource.create({"service.name": "funnelcast"}))
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self.tracer = self._provider.get_tracer("funnelcast.serving")

    def close(self) -> None:
        """Send what waits."""
        self._provider.shutdown()


class Traced:
    """ASGI layer: a span around each request; nothing where there are no traces."""

    def __init__(self, app: ASGIApp, traces: Callable[[], Traces | None]) -> None:
        self.app, self.traces = app, traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        traces = self.traces() if scope["type"] == "http" else None
        if traces is None:
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        note, status = RequestNote.of(scope), 0

        async def noticed(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        with traces.tracer.start_as_current_span("request", extract(headers), SpanKind.SERVER) as span:
            await self.app(scope, receive, noticed)
            route = note.operation.path if note.operation else "none"
            span.update_name(f"{scope['method']} {route}")
            span.set_attributes({"http.route": route, "http.request.method": scope["method"],
                                 "http.response.status_code": status, "request_id": note.request_id})  # fmt: skip
            if status >= 500:
                span.set_status(Status(StatusCode.ERROR))


class OtlpJson(SpanExporter):
    """OTLP over HTTP in its JSON form (OpenTelemetry Protocol 1.x, section "OTLP/HTTP")."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Post them; a collector that is not there costs the spans and nothing else."""
        body = json.dumps(otlp_of(spans)).encode()
        request = urllib.request.Request(self._endpoint, body, {"content-type": "application/json"})  # noqa: S310 (the configuration's)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310
                return SpanExportResult.SUCCESS
        except OSError:
            return SpanExportResult.FAILURE


def otlp_of(spans: Sequence[ReadableSpan]) -> dict[str, Any]:
    """The body of an export request."""
    resource = {"attributes": _attributes({"service.name": "funnelcast"})}
    scope = {"scope": {"name": "funnelcast.serving"}, "spans": [_span(span) for span in spans]}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}


def _span(span: ReadableSpan) -> dict[str, Any]:
    context = span.get_span_context()
    parent = {"parentSpanId": f"{span.parent.span_id:016x}"} if span.parent else {}
    return {
        "traceId": f"{context.trace_id:032x}" if context else "",
        "spanId": f"{context.span_id:016x}" if context else "",
        **parent,
        "name": span.name,
        "kind": 2,  # server
        "startTimeUnixNano": str(span.start_time),
        "endTimeUnixNano": str(span.end_time),
        "attributes": _attributes(span.attributes or {}),
        "status": {"code": span.status.status_code.value},
    }


def _attributes(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"key": key, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": str(value)}}
        for key, value in values.items()
    ]
