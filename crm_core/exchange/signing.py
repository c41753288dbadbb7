"""Signatures by which a subscriber knows that a delivery is ours, whole and new.

Standard Webhooks 1.0 (https://www.standardwebhooks.com), so that its libraries verify them: headers `webhook-id`,
`webhook-timestamp` (seconds since 1970) and `webhook-signature` (`v1,` and the base64 of an HMAC-SHA256 over
`id.timestamp.body`); the key is the base64 after `whsec_` in the secret.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import datetime

from crm_core.errors import WebhookError

_PREFIX = "whsec_"
_BYTES = 32
_MIN_BYTES, _MAX_BYTES = 24, 64  # what the standard allows


def new_secret() -> str:
    """A secret of 256 random bits."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def check_secret(secret: str) -> None:
    """Whether the secret can sign.

    Raises
    ------
    WebhookError: it is not `whsec_` and the base64 of 24 to 64 bytes.
    """
    try:
        length = len(base64.b64decode(secret.removeprefix(_PREFIX), validate=True))
    except binascii.Error:
        length = 0
    if not secret.startswith(_PREFIX) or not _MIN_BYTES <= length <= _MAX_BYTES:
        raise WebhookError("A secret must be 'whsec_' and the base64 of 24 to 64 bytes, but got something else.")


def signed_headers(secret: str, delivery_id: str, body: bytes, at: datetime) -> dict[str, str]:
    """The headers of a delivery sent at this moment.

    >>> at = datetime.fromisoformat("2021-02-25T15:02:10+00:00")
    >>> signed_headers("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_1", b"{}", at)["webhook-timestamp"]
    '1614265330'
    """
    timestamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    digest = hmac.digest(key, b".".join([delivery_id.encode(), timestamp.encode(), body]), hashlib.sha256)
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": delivery_id, "webhook-timestamp": timestamp, "webhook-signature": signature}
