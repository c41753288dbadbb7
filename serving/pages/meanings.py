"""What a setting means, in both languages.

English: the comment beside the key in its YAML file, which is where it is explained; what those leave out, and Chinese,
stands in texts/settings/. A `*` there stands for any one name; a key without words has those of the key above it.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from configs.settings import CONFIG_FOLDER, read_yaml

_LINE = re.compile(r"^(?P<indent>\s*)(?:- )?(?P<key>[\w.]+):(?P<rest>.*)$")
_COMMENT = re.compile(r"\s#\s(?P<words>.*)$")
FOLDER = Path(__file__).parent / "texts" / "settings"
PURPOSE = "_"


def meaning(section: str, key: str, language: str) -> str:
    """The words of a dotted key within its section; empty where there are none."""
    told = _told(language).get(section, {})
    known = {**told, **meanings(section)} if language == "en" else told
    names = key.split(".")
    while names:
        for pattern in _patterns(names):
            if words := known.get(pattern):
                return words
        names.pop()
    return ""


def purpose(section: str, language: str = "en") -> str:
    """What a section is about: in English the comment at the head of its file."""
    return _head(section) if language == "en" else _told(language).get(section, {}).get(PURPOSE, "")


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


def _patterns(names: list[str]) -> list[str]:
    """The key itself, then with its last, its first, and all names but the first as `*`.

    >>> _patterns(["a", "b", "c"])
    ['a.b.c', 'a.b.*', '*.b.c', 'a.*.*']
    """
    if len(names) == 1:
        return [names[0]]
    first, last = [*names[:-1], "*"], ["*", *names[1:]]
    return [".".join(one) for one in (names, first, last, [names[0], *["*"] * (len(names) - 1)])]


@cache
def _told(language: str) -> dict[str, dict[str, str]]:
    return read_yaml(FOLDER / f"{language}.yaml", as_words=True)


@cache
def _head(section: str) -> str:
    head = []
    for line in (CONFIG_FOLDER / f"{section}.yaml").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        head.append(line.lstrip("# ").strip())
    return " ".join(head)
