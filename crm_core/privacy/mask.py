"""Phone numbers, identity cards and e-mail addresses out of what goes to logs and into the audit log."""

from __future__ import annotations

import re
from typing import Any

MASK = "***"
MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")
IDENTITY_CARD = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")


def mask(text: str) -> str:
    """The text without mobile numbers, numbers of identity cards and e-mail addresses.

    >>> mask("call 138 0013 8000, +8613800138000 or li@firm.cn, lead L000471")
    'call ***, *** or ***, lead L000471'
    """
    for pattern in (EMAIL, IDENTITY_CARD, MOBILE):
        text = pattern.sub(MASK, text)
    return text


def masked(value: Any) -> Any:
    """JSON with every text in it masked."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {mask(str(key)): masked(inner) for key, inner in value.items()}
    return [masked(inner) for inner in value] if isinstance(value, list | tuple) else value
