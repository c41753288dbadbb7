"""Phone numbers and e-mail addresses out of what goes to logs and into the audit log."""

from __future__ import annotations

import re
from typing import Any

MASK = "***"
MOBILE = re.compile(r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")
EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")


def mask(text: str) -> str:
    """The text without mobile numbers and e-mail addresses.

    >>> mask("call 138 0013 8000 or li@firm.cn, lead L000471")
    'call *** or ***, lead L000471'
    """
    return MOBILE.sub(MASK, EMAIL.sub(MASK, text))


def masked(value: Any) -> Any:
    """JSON with every text in it masked."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {mask(str(key)): masked(inner) for key, inner in value.items()}
    return [masked(inner) for inner in value] if isinstance(value, list | tuple) else value
