"""What is asked of every header, whatever the format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from difflib import get_close_matches

from crm_core.errors import SourceError


def check_header(file: str, header: Iterable[str]) -> None:
    """Refuse a name that stands twice; blank names are columns that nobody can ask for."""
    if doubles := [name for name, count in Counter(header).items() if count > 1 and name]:
        raise SourceError(f"{file} must name each column once, but its header repeats {', '.join(doubles)}.")


def closest(name: str, known: Iterable[str]) -> str:
    """A question to the reader that names the likeliest meant column, or nothing."""
    names = {candidate.lower(): candidate for candidate in known}
    close = get_close_matches(name.lower(), names, n=1)
    return f" Did you mean {names[close[0]]!r}?" if close else ""


def listed(names: Iterable[str], limit: int = 40) -> str:
    """Names in one line, cut where a wide export would fill the screen."""
    every = [" ".join(name.split()) for name in names if name]
    return ", ".join(every[:limit]) + (f" and {len(every) - limit} more" if len(every) > limit else "")
