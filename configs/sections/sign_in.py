from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from configs.sections.base import Section

Seconds = Annotated[float, Field(gt=0)]
LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})


class OpenIdProvider(Section):
    name: str
    issuer: str
    client_id: str
    client_secret_env: str | None
    redirect_url: str
    scopes: list[str]
    claim: str
    claim_prefix_removed: str
    needs_verified_email: bool
    timeout_seconds: Seconds
    clock_skew_seconds: Annotated[int, Field(ge=0, le=300)]

    @model_validator(mode="after")
    def _is_safe(self) -> OpenIdProvider:
        for key in ("issuer", "redirect_url"):
            parts = urlsplit(getattr(self, key))
            is_ours = parts.scheme == "http" and parts.hostname in LOCAL
            if not (parts.scheme == "https" or is_ours) or not parts.hostname or parts.query or parts.fragment:
                raise ValueError(f"{key} must be an https address without query, but got {getattr(self, key)!r}")
        if "openid" not in self.scopes:
            raise ValueError(f"scopes must hold openid, but got {self.scopes}")
        return self


class SignIn(Section):
    openid: OpenIdProvider | None
    attempt_minutes: Annotated[int, Field(gt=0, le=60)]
