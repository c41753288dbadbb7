"""One sign-in under way: the secrets that bind what the provider sends back to the browser that set out.

They travel in a cookie of the browser, so no worker has to remember anything; HttpOnly, and taken for minutes only.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from serving.pages.openid.errors import OpenIdError

MAX_LENGTH = 2_000


@dataclass(frozen=True)
class Attempt:
    """state: names the attempt at the provider. nonce: stands in the ID token. verifier: proves that it is we who ask
    for the token (PKCE). next: where to go afterwards.
    """

    state: str
    nonce: str
    verifier: str
    next: str
    started_at: datetime

    @classmethod
    def begin(cls, next_page: str, now: datetime) -> Attempt:
        """A new one, of 256 bits each."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(state, nonce, verifier, next_page, now)

    @property
    def challenge(self) -> str:
        """The verifier's S256 challenge (RFC 7636, 4.2)."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()

    def in_cookie(self) -> str:
        """As a cookie's value."""
        told = {**vars(self), "started_at": self.started_at.isoformat()}
        return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()

    @classmethod
    def of_cookie(cls, value: str, state: str, now: datetime, minutes: int) -> Attempt:
        """The attempt that a browser comes back from.

        Raises
        ------
        OpenIdError: the browser has none, it is too old, or what comes back belongs to another.
        """
        if not 0 < len(value) <= MAX_LENGTH:
            raise OpenIdError("A browser must come back from a sign-in it began, but has no cookie of one.")
        try:
            told = json.loads(base64.urlsafe_b64decode(value))
            begun = cls(**{**told, "started_at": datetime.fromisoformat(told["started_at"])})
            is_recent = timedelta(0) <= now - begun.started_at <= timedelta(minutes=minutes)
        except (ValueError, TypeError, KeyError):
            raise OpenIdError("The cookie of a sign-in must be one of ours, but cannot be read.") from None
        if not is_recent:
            raise OpenIdError(f"A sign-in must come back within {minutes} minutes, but did not.")
        if not hmac.compare_digest(begun.state.encode(), state.encode()):
            raise OpenIdError("What comes back must belong to the sign-in that was begun, but its state is another.")
        return begun
