from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

import pytest

from crm_core.errors import DeliveryFault
from crm_core.exchange.post import post
from crm_core.exchange.target import resolve
from tests.crm_core.exchange.conftest import Subscriber


def send(url: str, timeout_seconds: float = 5.0) -> None:
    post(resolve(url, allow_private=True), b"{}", {"webhook-id": "msg_1"}, timeout_seconds)


def test_a_body_arrives_with_its_headers(subscribe: Callable[..., Subscriber]) -> None:
    subscriber = subscribe(statuses=[204])
    send(subscriber.url)
    [(headers, body)] = subscriber.taken
    assert body == b"{}"
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == "msg_1"
    assert headers["host"] == subscriber.url.split("/")[2]


@pytest.mark.parametrize("status", [199, 300, 400, 404, 410, 429, 500, 503])
def test_any_other_status_is_a_fault(subscribe: Callable[..., Subscriber], status: int) -> None:
    with pytest.raises(DeliveryFault, match=str(status) if status >= 200 else "must answer"):
        send(subscribe(statuses=[status]).url, 0.5)


def test_a_redirect_is_not_followed(subscribe: Callable[..., Subscriber]) -> None:
    inside = subscribe()
    outside = subscribe(statuses=[302], headers={"location": inside.url})
    with pytest.raises(DeliveryFault, match="302"):
        send(outside.url)
    assert inside.taken == []


def test_a_proxy_of_the_environment_is_not_used(
    subscribe: Callable[..., Subscriber], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    subscriber = subscribe()
    send(subscriber.url)
    assert len(subscriber.taken) == 1


def test_a_subscriber_that_is_not_there_is_a_fault() -> None:
    with pytest.raises(DeliveryFault, match="connection failed: ConnectionRefusedError"):
        send("http://127.0.0.1:1/")


def test_a_subscriber_that_drips_is_cut_off_in_time() -> None:
    """Each byte comes within the socket's timeout; only a limit for the whole ends it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            opened, _ = server.accept()
            with opened:
                try:
                    for _ in range(100):
                        opened.sendall(b"H")
                        time.sleep(0.1)
                except OSError:
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        started = time.monotonic()
        with pytest.raises(DeliveryFault):
            send(f"http://127.0.0.1:{server.getsockname()[1]}/", 0.5)
        assert time.monotonic() - started < 2
        thread.join()


def test_what_speaks_no_tls_is_a_fault(subscribe: Callable[..., Subscriber]) -> None:
    with pytest.raises(DeliveryFault, match="SSL"):
        send(subscribe().url.replace("http:", "https:"), 2)
