"""The provider: what it publishes of itself, its keys, and the exchange of a code for an ID token."""

from __future__ import annotations

import threading
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import jwt

from configs.sections import OpenIdProvider
from configs.settings import read_secret
from serving.pages.openid.attempt import Attempt
from serving.pages.openid.errors import OpenIdError, ProviderError

ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "EdDSA",
)  # none symmetric, none `none`
KEPT_SECONDS = 3600.0
LEAST_SECONDS_BETWEEN_KEYS = 30.0  # an unknown key asks for the keys anew, but strangers cannot make us ask at will
MAX_BYTES = 200_000


class Provider:
    """Talks to one provider; what it publishes is kept for an hour. Threads share it.

    Parameters
    ----------
    client: for tests; it follows no redirect.
    """

    def __init__(self, rules: OpenIdProvider, client: httpx.Client | None = None) -> None:
        self.rules = rules
        self._client = client or httpx.Client(timeout=rules.timeout_seconds, follow_redirects=False)
        self._lock = threading.Lock()
        self._published: tuple[dict[str, Any], float] | None = None
        self._keys: tuple[dict[str, Any], float] | None = None

    def authorization_url(self, attempt: Attempt) -> str:
        """Where the browser is sent.

        Raises
        ------
        ProviderError: the provider does not answer, or publishes nothing that can be used.
        """
        query = {
            "response_type": "code", "client_id": self.rules.client_id, "redirect_uri": self.rules.redirect_url,
            "scope": " ".join(self.rules.scopes), "state": attempt.state, "nonce": attempt.nonce,
            "code_challenge": attempt.challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        endpoint = self._endpoint("authorization_endpoint")
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(query)}"

    def claims(self, code: str, attempt: Attempt) -> dict[str, Any]:
        """The claims of the ID token that the code is worth, checked (OpenID Connect Core 1.0, 3.1.3.7).

        Raises
        ------
        ProviderError: the provider does not answer, or refuses the code. OpenIdError: the token is not good.
        """
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.rules.redirect_url,
            "code_verifier": attempt.verifier, "client_id": self.rules.client_id,
        }  # fmt: skip
        if self.rules.client_secret_env:
            form["client_secret"] = read_secret(self.rules.client_secret_env)
        answer = self._json("POST", self._endpoint("token_endpoint"), form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderError("The provider must give an ID token, but gave none.")
        return self._checked(token, attempt)

    def _checked(self, token: str, attempt: Attempt) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token, self._key_of(token), algorithms=list(ALGORITHMS), audience=self.rules.client_id,
                issuer=self._discovered()["issuer"], leeway=self.rules.clock_skew_seconds,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )  # fmt: skip
        except jwt.PyJWTError as error:
            raise OpenIdError(f"An ID token must be signed by the provider, for us and now, but: {error}.") from error
        if claims.get("nonce") != attempt.nonce:
            raise OpenIdError("An ID token must hold the nonce of its sign-in, but holds another.")
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != self.rules.client_id:
            raise OpenIdError("An ID token for several must be authorised for us (azp), but is not.")
        return claims

    def _key_of(self, token: str) -> Any:
        """The published key that the token names."""
        wanted = jwt.get_unverified_header(token).get("kid")
        for keys in (self._published_keys(0.0), self._published_keys(LEAST_SECONDS_BETWEEN_KEYS)):
            found = [key for key in jwt.PyJWKSet.from_dict(keys).keys if wanted in (None, key.key_id)]
            if len(found) == 1 or (found and wanted is not None):
                return found[0].key
        raise OpenIdError("An ID token must name a key that the provider publishes, but does not.")

    def _published_keys(self, renew_after_seconds: float) -> dict[str, Any]:
        """The provider's keys; with `renew_after_seconds`: asked for anew where they are older than that."""
        with self._lock:
            age = time.monotonic() - self._keys[1] if self._keys else KEPT_SECONDS
            if self._keys is None or age >= KEPT_SECONDS or (renew_after_seconds and age >= renew_after_seconds):
                self._keys = (self._json("GET", self._endpoint("jwks_uri")), time.monotonic())
            return self._keys[0]

    def _endpoint(self, name: str) -> str:
        found = self._discovered().get(name)
        issuer = urlsplit(self.rules.issuer)
        if not isinstance(found, str) or urlsplit(found).scheme not in {"https", issuer.scheme}:
            raise ProviderError(f"The provider must publish its {name} with https, but publishes {found!r}.")
        return found

    def _discovered(self) -> dict[str, Any]:
        """What the provider publishes of itself (OpenID Connect Discovery 1.0, 4)."""
        kept = self._published
        if kept is None or time.monotonic() - kept[1] >= KEPT_SECONDS:
            found = self._json("GET", f"{self.rules.issuer.rstrip('/')}/.well-known/openid-configuration")
            if str(found.get("issuer", "")).rstrip("/") != self.rules.issuer.rstrip("/"):
                raise ProviderError(
                    f"The provider must name itself {self.rules.issuer}, but says {found.get('issuer')!r}."
                )
            kept = self._published = (found, time.monotonic())
        return kept[0]

    def _json(self, method: str, url: str, form: dict[str, str] | None = None) -> dict[str, Any]:
        try:
            answer = self._client.request(method, url, data=form, headers={"accept": "application/json"})
            told = answer.json() if len(answer.content) <= MAX_BYTES else None
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderError(
                f"The provider must answer at {urlsplit(url).path}, but: {type(error).__name__}."
            ) from error
        if answer.status_code != 200 or not isinstance(told, dict):
            code = told.get("error") if isinstance(told, dict) else None
            raise ProviderError(
                f"The provider must answer at {urlsplit(url).path} with 200, but gave {answer.status_code} ({code})."
            )
        return told
