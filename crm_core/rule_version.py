"""The name under which a decision keeps the rule that made it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from configs.sections import Section


def rule_version(name: str, **parts: Section | Any) -> str:
    """`name-` and 12 hexadecimal digits of the SHA-256 of the thresholds: another threshold is another version.

    >>> rule_version("hold", overdue=2) == rule_version("hold", overdue=2)
    True
    >>> rule_version("hold", overdue=2) == rule_version("hold", overdue=3)
    False
    """
    plain = {key: part.model_dump(mode="json") if isinstance(part, Section) else part for key, part in parts.items()}
    return f"{name}-{hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:12]}"
