"""One JSON request to a CRM: bounded in time, no redirects, and its refusals as our errors."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any

from funnelcast.write_back.errors import SinkSilentError, WriteBackError

MAX_ANSWER_BYTES = 10_000_000
_SILENT = frozenset({408, 425, 429, 500, 502, 503, 504})
_US = frozenset({401, 403})


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """A redirect would carry the token elsewhere: it stays the error that it is."""


_OPENER = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Answer:
    """Status and JSON content; None where there is none, or it is not JSON."""

    status: int
    content: Any


@dataclass(frozen=True)
class HttpJson:
    """A CRM's address and how to be let in."""

    base_url: str
    headers: Mapping[str, str]
    timeout_seconds: float

    def send(self, method: str, path: str, content: Any) -> Answer:
        """Send JSON and read the answer, whatever its status says of single records.

        Raises
        ------
        SinkSilentError: no answer, or one that asks to come later. WriteBackError: we are not let in.
        """
        headers = {"content-type": "application/json", "accept": "application/json", **self.headers}
        body = json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
        request = urllib.request.Request(self.base_url + path, body, headers, method=method)  # noqa: S310 (http(s): the section checks it)
        try:
            with _OPENER.open(request, timeout=self.timeout_seconds) as answer:
                return Answer(answer.status, _json(answer.read(MAX_ANSWER_BYTES)))
        except urllib.error.HTTPError as error:
            return _refused(error)
        except OSError as error:
            raise SinkSilentError(f"The CRM must answer, but the connection failed: {type(error).__name__}.") from None


def _refused(error: urllib.error.HTTPError) -> Answer:
    with error:
        if error.code in _SILENT:
            pause = _pause(error.headers)
            raise SinkSilentError(f"The CRM must take the scores, but answered {error.code}.", pause)
        if error.code in _US:
            raise WriteBackError(f"The CRM must let us in, but answered {error.code}: see the token.")
        return Answer(error.code, _json(error.read(MAX_ANSWER_BYTES)))


def _pause(headers: Message) -> float | None:
    told = headers.get("retry-after", "")
    return float(told) if told.isdecimal() else None


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def refusal_of(answer: Answer) -> str:
    """Why a record was refused, in one short line: the status and what the CRM says of it."""
    content = answer.content
    if isinstance(content, Mapping) and isinstance(content.get("error"), Mapping):
        content = content["error"].get("message")
    elif isinstance(content, Mapping):
        content = content.get("message")
    return f"{answer.status} {' '.join(str(content or '').split())[:200]}".strip()
