"""One POST to a checked target: no redirects, no proxies, and never longer than the time allowed."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from crm_core.errors import DeliveryFault
from crm_core.exchange.target import Target


def post(target: Target, body: bytes, headers: Mapping[str, str], timeout_seconds: float) -> None:
    """Deliver a body; only a status of 200 to 299 counts as taken.

    Raises
    ------
    DeliveryFault: the target does not answer in time, or with another status; a redirect is not followed.
    """
    try:
        with _connected(target, timeout_seconds) as opened, _deadline(opened, timeout_seconds):
            connection = http.client.HTTPConnection(target.host, target.port, timeout=timeout_seconds)
            if target.is_tls:
                connection = http.client.HTTPSConnection(target.host, target.port, timeout=timeout_seconds)
                opened.do_handshake()  # type: ignore[attr-defined]  # (a TLS socket has it)
            connection.sock = opened
            connection.request("POST", target.path, body, {"content-type": "application/json", **headers})
            status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise DeliveryFault(f"The subscriber must answer, but the connection failed: {_reason(error)}.") from None
    if not 200 <= status < 300:
        raise DeliveryFault(f"The subscriber must answer with a status of 200 to 299, but answered {status}.")


@contextmanager
def _connected(target: Target, timeout_seconds: float) -> Iterator[socket.socket]:
    """A connection to the checked address; the certificate is that of the host's name."""
    with socket.create_connection((target.address, target.port), timeout_seconds) as plain:
        if not target.is_tls:
            yield plain
            return
        with ssl.create_default_context().wrap_socket(
            plain, server_hostname=target.host, do_handshake_on_connect=False
        ) as wrapped:
            yield wrapped


@contextmanager
def _deadline(opened: socket.socket, seconds: float) -> Iterator[None]:
    """End the connection when the time is over: a timeout of the socket alone starts anew with every byte."""
    timer = threading.Timer(seconds, _end, [opened])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _end(opened: socket.socket) -> None:
    try:
        opened.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended by itself


def _reason(error: Exception) -> str:
    return f"{type(error).__name__} {error}".strip()
