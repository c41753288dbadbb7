"""A webhook: JSON to any program, signed by Standard Webhooks where a secret is configured."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from configs.sections import WebhookDestination
from configs.settings import read_secret
from crm_core.exchange.signing import check_secret, signed_headers
from monitoring.alerts.http_post import post_json
from monitoring.alerts.message import Message


def send_webhook(destination: WebhookDestination, message: Message, at: datetime, timeout_seconds: float) -> None:
    """Post the message; a status of 200 to 299 means that it was taken.

    Raises
    ------
    AlertFault: it was not. ConfigError: a variable is not set. WebhookError: the secret cannot sign.
    """
    body = json.dumps(body_of(message, at), ensure_ascii=False).encode()
    headers: dict[str, str] = {}
    if destination.secret_env:
        secret = read_secret(destination.secret_env)
        check_secret(secret)
        headers = signed_headers(secret, f"alert_{hashlib.sha256(body).hexdigest()[:24]}", body, at)
    post_json(read_secret(destination.url_env), body, headers, timeout_seconds)


def body_of(message: Message, at: datetime) -> dict[str, object]:
    """What is posted."""
    return {
        "source": "funnelcast",
        "sent_at": at.isoformat(),
        "language": message.language,
        "title": message.title,
        "link": message.link,
        "count_more": message.count_more,
        "findings": [
            {"rule": item.rule, "subject": item.subject, "found_at": item.found_at.isoformat(), "text": item.text}
            for item in message.items
        ],
    }
