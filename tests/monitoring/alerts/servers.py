"""Loopback servers that answer as the real ones do: the robots' recorded answers, and an SMTP server."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TAKEN = (200, {"errcode": 0, "errmsg": "ok"})
DINGTALK_REFUSED = (200, {"errcode": 310000, "errmsg": "sign not match"})
WECOM_REFUSED = (200, {"errcode": 93000, "errmsg": "invalid webhook url, hint: [1700000000_1]"})


@dataclass
class Inbox:
    """What a server took: (path, headers, body) of HTTP, or (sender, recipients, mail)."""

    port: int = 0
    answers: list[tuple[int, Any]] = field(default_factory=lambda: [TAKEN])
    taken: list[tuple[Any, Any, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/robot/send?access_token=t0ken"

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.taken]


@contextmanager
def _serving(server: Any, inbox: Inbox) -> Iterator[Inbox]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    inbox.port = server.server_address[1]
    try:
        yield inbox
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def http_server(*answers: tuple[int, Any]) -> Iterator[Inbox]:
    """Answers with the next of `answers` (status, JSON or a redirect's location), in the end always the last."""
    inbox = Inbox(answers=list(answers) or [TAKEN])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            inbox.taken.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            status, content = inbox.answers.pop(0) if len(inbox.answers) > 1 else inbox.answers[0]
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("location", content)
            self.end_headers()
            if status == 200:
                self.wfile.write(content if isinstance(content, bytes) else json.dumps(content).encode())

        def log_message(self, *_: Any) -> None:
            pass

    with _serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler), inbox) as open_one:
        yield open_one


@contextmanager
def smtp_server(refuse: str = "") -> Iterator[Inbox]:
    """Takes mail as RFC 5321 says; 550 for recipients that hold `refuse`."""
    inbox = Inbox()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self.say("220 loopback")
            sender, recipients = "", []
            while line := self.rfile.readline().decode().strip():
                verb = line.upper()
                if verb.startswith("MAIL"):
                    sender = line[line.index("<") + 1 : line.index(">")]
                    self.say("250 ok")
                elif verb.startswith("RCPT"):
                    to = line[line.index("<") + 1 : line.index(">")]
                    is_refused = bool(refuse) and refuse in to
                    recipients += [] if is_refused else [to]
                    self.say("550 no such user" if is_refused else "250 ok")
                elif verb.startswith("DATA"):
                    self.say("354 go on")
                    mail = b""
                    while (part := self.rfile.readline()) != b".\r\n":
                        mail += part
                    inbox.taken.append((sender, recipients, mail))
                    self.say("250 ok")
                elif verb.startswith("QUIT"):
                    self.say("221 bye")
                    return
                else:
                    self.say("250 loopback")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with _serving(Server(("127.0.0.1", 0), Handler), inbox) as open_one:
        yield open_one
