from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest

from crm_core.errors import DeliveryFault, WebhookError
from crm_core.exchange.target import Target, is_public, resolve


def answering(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def look_up(_host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104 (an address to refuse)
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    ],
)  # fmt: skip
def test_an_address_that_is_not_of_the_open_internet_is_refused(monkeypatch: Any, address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    answering(monkeypatch, "93.184.216.34", address)
    with pytest.raises(DeliveryFault, match="public addresses only"):
        resolve("https://erp.example/hook", allow_private=False)
    assert resolve("https://erp.example/hook", allow_private=True).port == 443


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_a_public_address_is_taken(monkeypatch: Any, address: str) -> None:
    answering(monkeypatch, address)
    target = resolve("http://erp.example:8080/a/b?c=d#e", allow_private=False)
    assert target == Target(is_tls=False, host="erp.example", port=8080, path="/a/b?c=d", address=address)


@pytest.mark.parametrize(
    "url",
    [
        "", "erp.example", "ftp://erp.example", "file:///etc/passwd", "gopher://x", "https://", "https://u:p@erp.example",
        "https://u@erp.example", "https://erp.example:99999", "https://erp.example:0", "https://erp.example/a b",
        "https://erp.example/\r\nhost: x", "https://例子.测试/", "https://[::1",
    ],
)  # fmt: skip
def test_a_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(WebhookError):
        resolve(url, allow_private=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "127.1", "[::1]", "localhost"])
def test_other_ways_to_write_a_loopback_address_gain_nothing(host: str) -> None:
    with pytest.raises(DeliveryFault):
        resolve(f"http://{host}/", allow_private=False)


def test_a_name_without_an_address_is_a_fault_of_the_subscriber() -> None:
    with pytest.raises(DeliveryFault, match="has none"):
        resolve("https://nowhere.invalid/", allow_private=False)
