from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass
class Subscriber:
    """A system that takes deliveries at `url` and answers with the next of `statuses`, in the end always the last."""

    statuses: list[int] = field(default_factory=lambda: [200])
    headers: dict[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    url: str = ""
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.taken]

    def ids(self) -> list[str]:
        return [change["entity_id"] for body in self.bodies() for change in body["changes"]]


@contextmanager
def listening(subscriber: Subscriber) -> Iterator[Subscriber]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            subscriber.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
            time.sleep(subscriber.delay_seconds)
            self.send_response(subscriber.statuses.pop(0) if len(subscriber.statuses) > 1 else subscriber.statuses[0])
            for name, value in subscriber.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        subscriber.url = f"http://127.0.0.1:{server.server_port}/hook?token=x"
        try:
            yield subscriber
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def subscribe() -> Iterator[Callable[..., Subscriber]]:
    """Starts subscribers; each is stopped after the test."""
    open_ones: list[Any] = []

    def _subscribe(**parts: Any) -> Subscriber:
        opened = listening(Subscriber(**parts))
        open_ones.append(opened)
        return opened.__enter__()

    yield _subscribe
    for opened in open_ones:
        opened.__exit__(None, None, None)
