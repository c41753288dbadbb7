"""Any system: the scores as JSON, signed as Standard Webhooks 1.0 says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from crm_core.exchange.signing import signed_headers
from funnelcast.write_back.http_json import HttpJson, refusal_of
from funnelcast.write_back.sink import LeadWrite


class WebhookSink:
    """One request per hundred leads. The same batch has the same `webhook-id`, by which a receiver knows it again."""

    max_batch = 100

    def __init__(self, http: HttpJson, secret: str | None, now: Callable[[], datetime]) -> None:
        self._http, self._secret, self._now = http, secret, now

    def write(self, batch: Sequence[LeadWrite]) -> Mapping[str, str]:
        """Post them in one call; any status from 200 to 299 takes them all."""
        content = {"scores": [score.to_json() for score in batch]}
        body = json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
        headers = {"webhook-id": f"msg_{hashlib.sha256(body).hexdigest()[:24]}"}
        if self._secret is not None:
            headers = signed_headers(self._secret, headers["webhook-id"], body, self._now())
        answer = replace(self._http, headers={**self._http.headers, **headers}).send("POST", "", content)
        return {} if 200 <= answer.status < 300 else {score.lead_id: refusal_of(answer) for score in batch}
