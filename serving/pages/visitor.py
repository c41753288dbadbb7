"""Who looks at a page, in which language and colours."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from crm_core.access import Scope

LANGUAGES = ("en", "zh")
THEMES = ("auto", "light", "dark")


@dataclass(frozen=True)
class Visitor:
    """A person or key; `name` is empty before signing in.

    csrf_token: what every form of this visitor carries; empty where the visitor came with a key and not by a cookie.
    """

    name: str = ""
    role: str = ""
    scope: Scope = field(default_factory=Scope)
    csrf_token: str = ""
    language: str = "en"
    theme: str = "auto"

    @property
    def is_signed_in(self) -> bool:
        """Whether we know who it is."""
        return bool(self.role)


def csrf_token_of(cookie: str) -> str:
    """The token that belongs to a secret cookie: only who can read the cookie could make it, and no other site can.

    >>> csrf_token_of("a") == csrf_token_of("a"), csrf_token_of("a") == csrf_token_of("b")
    (True, False)
    """
    return hmac.new(cookie.encode("utf-8", "surrogatepass"), b"funnelcast csrf", hashlib.sha256).hexdigest()
