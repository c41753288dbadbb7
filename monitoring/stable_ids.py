"""Random ids in a page, numbered instead, so that the same figures give the same file."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")


def number_ids(page: str, keep: Iterable[str] = ()) -> str:
    """The page with each UUID replaced by its number of first appearance, in the same form.

    Parameters
    ----------
    keep: texts of readers; a UUID that stands in one of them stays.

    >>> number_ids("a 8f14e45f-ceea-467f-a0e6-7c1bd0f0b2c1 b", keep=[])
    'a 00000000-0000-0000-0000-000000000001 b'
    """
    kept = {match for text in keep for match in _ID.findall(text)}
    numbers: dict[str, str] = {}

    def numbered(match: re.Match[str]) -> str:
        found = match.group()
        if found in kept:
            return found
        plain = numbers.setdefault(found.replace("-", ""), f"{len(numbers) + 1:032x}")
        if "-" not in found:
            return plain
        return "-".join((plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]))

    return _ID.sub(numbered, page)
