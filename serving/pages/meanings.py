"""What a configuration key means: the comment beside it in the YAML file, which is where it is explained."""

from __future__ import annotations

import re
from functools import cache

from configs.settings import CONFIG_FOLDER

_LINE = re.compile(r"^(?P<indent>\s*)(?:- )?(?P<key>[\w.]+):(?P<rest>.*)$")
_COMMENT = re.compile(r"\s#\s(?P<words>.*)$")


@cache
def meanings(section: str) -> dict[str, str]:
    """Dotted key -> meaning, of the keys of a section's file that have a comment beside them."""
    found: dict[str, str] = {}
    path: list[tuple[int, str]] = []
    for line in (CONFIG_FOLDER / f"{section}.yaml").read_text(encoding="utf-8").splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        indent = len(match["indent"])
        path = [*(part for part in path if part[0] < indent), (indent, match["key"])]
        if comment := _COMMENT.search(match["rest"]):
            found[".".join(key for _, key in path)] = comment["words"].strip()
    return found


@cache
def purpose(section: str) -> str:
    """The comment at the head of a section's file."""
    head = []
    for line in (CONFIG_FOLDER / f"{section}.yaml").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        head.append(line.lstrip("# ").strip())
    return " ".join(head)
