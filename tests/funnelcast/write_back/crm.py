"""CRMs on loopback that answer in the recorded shapes of the real ones, and keep what they were told."""

from __future__ import annotations

import json
import threading
import xmlrpc.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from funnelcast.write_back.sink import LeadWrite

Reply = tuple[int, Any, dict[str, str]]


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def content(self) -> Any:
        return json.loads(self.body)


@dataclass
class Crm:
    """`answer` makes the reply to each request; `next_replies` come before it."""

    answer: Callable[[Asked], Reply]
    asked: list[Asked] = field(default_factory=list)
    next_replies: list[Reply] = field(default_factory=list)
    url: str = ""

    def reply(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        return self.next_replies.pop(0) if self.next_replies else self.answer(asked)


@contextmanager
def running(crm: Crm) -> Iterator[Crm]:
    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, content, extra = crm.reply(Asked(self.command, self.path, headers, body))
            raw = content if isinstance(content, bytes) else (b"" if content is None else json.dumps(content).encode())
            self.send_response(status)
            for name, value in {"content-length": str(len(raw)), **extra}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        do_POST = do_PATCH = _handle  # noqa: N815 (the names are the library's)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    crm.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield crm
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def dynamics(asked: Asked) -> Reply:
    """204 whole; 400 with Dataverse's error body for a lead that there is none of."""
    if "gone" in asked.path:
        return 400, {"error": {"code": "0x80040217", "message": "lead With Id = gone Does Not Exist"}}, {}
    return 204, None, {"odata-version": "4.0"}


def hubspot(asked: Asked) -> Reply:
    """200 whole, 207 in part, with the ids of those that were not found."""
    ids = [one["id"] for one in asked.content["inputs"]]
    results = [{"id": key, "properties": {}, "updatedAt": "2026-06-01T00:00:00Z"} for key in ids if key != "gone"]
    if len(results) == len(ids):
        return 200, {"status": "COMPLETE", "results": results}, {}
    error = {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "Could not get some CONTACT objects",
             "context": {"ids": ["gone"]}}  # fmt: skip
    return 207, {"status": "COMPLETE", "results": results, "numErrors": 1, "errors": [error]}, {}


def salesforce(asked: Asked) -> Reply:
    """One result per record, in the order sent."""
    bad = {
        "success": False,
        "errors": [{"statusCode": "ENTITY_IS_DELETED", "message": "entity is deleted", "fields": []}],
    }
    records = asked.content["records"]
    return (
        200,
        [bad if one["id"] == "gone" else {"id": one["id"], "success": True, "errors": []} for one in records],
        {},
    )


def odoo(asked: Asked) -> Reply:
    """authenticate gives 2; write gives True, or a fault for a record that there is none of."""
    arguments, method = xmlrpc.client.loads(asked.body)
    answer: Any = (2,)
    if method == "execute_kw":
        number = arguments[5][0][0]  # type: ignore[index,call-overload]
        answer = xmlrpc.client.Fault(2, "Record does not exist or has been deleted.") if number == 404 else (True,)
    return 200, xmlrpc.client.dumps(answer, methodresponse=True).encode(), {"content-type": "text/xml"}


def webhook(_: Asked) -> Reply:
    return 202, None, {}


def score(lead_id: str, probability: float = 0.42, **more: Any) -> LeadWrite:
    known = {"grade": "B", "expected_value": 1000.0, "trend": "new", "reasons": "Orders: 3", "model_version": "7"}
    return LeadWrite(lead_id, probability, scored_at="2026-06-01T08:00:00+00:00", **{**known, **more})
