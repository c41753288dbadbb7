"""The hash of an entry: over what it says and the hash before it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Content:
    """What an entry says; `details` is JSON text."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: str


def entry_hash(content: Content, previous_hash: str) -> str:
    """SHA-256 of the entry and of the hash before it, in hexadecimal digits.

    As JSON, in which no two different entries read alike.
    """
    at = content.at.astimezone(UTC).isoformat(timespec="microseconds")
    told = [content.seq, at, content.actor, content.action, content.subject, content.details, previous_hash]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
