"""A small OpenID provider on loopback: discovery, keys, a sign-in that asks nothing, and codes for ID tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "funnelcast", "client secret"


@cache
def new_key(number: int) -> rsa.RSAPrivateKey:  # noqa: ARG001 (tells the keys apart)
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Provider:
    """What it says can be changed by a test. `claims`: put over those of the next token."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=lambda: {"email": "admin", "email_verified": True})
    key_id: str = "one"
    signing: Any = field(default_factory=lambda: new_key(1))
    algorithm: str = "RS256"
    published: dict[str, Any] = field(default_factory=lambda: {"one": new_key(1)})
    discovery: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent back to, with a code."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """An ID token for a code, once, for who shows the verifier and the secret."""
        given = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        is_right = given is not None and given["code_challenge"] == challenge.rstrip(b"=").decode()
        if not is_right or form.get("client_secret") != SECRET or form["redirect_uri"] != given["redirect_uri"]:  # type: ignore[index]
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        told = {"iss": self.url, "sub": "42", "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": given["nonce"]}  # type: ignore[index]
        claims = {name: value for name, value in {**told, **self.claims}.items() if value is not None}
        return 200, {"id_token": jwt.encode(claims, self.signing, self.algorithm, headers={"kid": self.key_id})}

    def keys(self) -> dict[str, Any]:
        made = jwt.algorithms.RSAAlgorithm
        return {"keys": [{**made.to_jwk(key.public_key(), as_dict=True), "kid": name, "use": "sig"}
                         for name, key in self.published.items()]}  # fmt: skip

    def configuration(self) -> dict[str, Any]:
        told = {"issuer": self.url, "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token", "jwks_uri": f"{self.url}/keys"}  # fmt: skip
        return {**told, **self.discovery}


@contextmanager
def running(provider: Provider) -> Iterator[Provider]:
    """The provider at `provider.url` until the end."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path)
            provider.asked.append(path.path)
            if path.path == "/authorize":
                query = {name: values[0] for name, values in parse_qs(path.query).items()}
                self.send_response(302)
                self.send_header("location", provider.authorize(query))
                self.end_headers()
                return
            answers = {"/.well-known/openid-configuration": provider.configuration, "/keys": provider.keys}
            self._say(provider.status, answers[path.path]())

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self._say(*provider.token({name: values[0] for name, values in parse_qs(body).items()}))

        def _say(self, status: int, content: dict[str, Any]) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        provider.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
