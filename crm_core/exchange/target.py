"""Where a delivery may go: a guard against requests forged by a subscription (SSRF).

The name is looked up once per attempt, every address it has is checked, and the connection goes to a checked address,
so that a name which changes its address between check and use (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from crm_core.errors import DeliveryFault, WebhookError

_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Target:
    """A checked place to post to. `path` has the query; `address` is the one to connect to."""

    is_tls: bool
    host: str
    port: int
    path: str
    address: str


def check_url(url: str) -> SplitResult:
    """The parts of a URL that may be subscribed.

    Raises
    ------
    WebhookError: it is not http or https, has no host, or holds a password or control characters.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise WebhookError(f"The URL must be well formed, but got {url!r}.") from None
    if parts.scheme not in _PORTS or not parts.hostname or port == 0:
        raise WebhookError(f"The URL must be http:// or https:// and a host, but got {url!r}.")
    if parts.username is not None or parts.password is not None:
        raise WebhookError("The URL must not hold a user or password: deliveries are signed instead.")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise WebhookError(f"The URL must be printable ASCII without spaces, but got {url!r}.")
    return parts


def resolve(url: str, *, allow_private: bool) -> Target:
    """Look the host up and choose an address.

    Raises
    ------
    WebhookError: the URL may not be subscribed.
    DeliveryFault: the host has no address, or one that is not public while only public ones are allowed.
    """
    parts = check_url(url)
    host = str(parts.hostname)
    port = parts.port or _PORTS[parts.scheme]
    addresses = _addresses(host, port)
    if not allow_private and (inside := [str(one) for one in addresses if not is_public(one)]):
        raise DeliveryFault(f"The host must have public addresses only, but {host} has {inside[0]}.")
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    return Target(parts.scheme == "https", host, port, path, str(addresses[0]))


def is_public(address: Address) -> bool:
    """Whether an address is one of the open internet, also where an IPv6 address stands for an IPv4 one.

    >>> [is_public(ipaddress.ip_address(one)) for one in ("8.8.8.8", "10.0.0.1", "::ffff:127.0.0.1", "169.254.169.254")]
    [True, False, False, False]
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


def _addresses(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise DeliveryFault(f"The host must have an address, but {host} has none.") from None
    return [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
