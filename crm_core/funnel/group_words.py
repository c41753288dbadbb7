"""What people call a group of a dimension whose label is made by rule: bands, and the two sides of a yes or no."""

from __future__ import annotations

import re
from typing import NamedTuple

_BAND = re.compile(r"<(?P<under>[\d.e+]+)|(?P<low>[\d.e+]+) to <(?P<high>[\d.e+]+)|(?:>=|from )(?P<least>[\d.e+]+)")


class GroupWords(NamedTuple):
    """A group's name by language."""

    en: str
    zh: str


_MADE = {
    "new": GroupWords("new", "新人"), "tenured": GroupWords("experienced", "资深"),
    "missed": GroupWords("missed", "未达成"), "met": GroupWords("met", "已达成"),
    "yes": GroupWords("yes", "是"), "no": GroupWords("no", "否"),
    "true": GroupWords("yes", "是"), "false": GroupWords("no", "否"),
    "(none)": GroupWords("not known", "未知"), "(other)": GroupWords("others", "其他"),
}  # fmt: skip


def group_words(label: str) -> GroupWords:
    """The words of a label; one that comes from the data is its own.

    >>> [tuple(group_words(one)) for one in ("<50", "50 to <200", ">=1000")]
    [('under 50', '50以下'), ('50 to under 200', '50至200以下'), ('1000 or more', '1000及以上')]
    >>> tuple(group_words("true")), tuple(group_words("华东"))
    (('yes', '是'), ('华东', '华东'))
    """
    band = _BAND.fullmatch(label)
    if band is None:
        return _MADE.get(label, GroupWords(label, label))
    if band["under"]:
        return GroupWords(f"under {band['under']}", f"{band['under']}以下")
    if band["least"]:
        return GroupWords(f"{band['least']} or more", f"{band['least']}及以上")
    return GroupWords(f"{band['low']} to under {band['high']}", f"{band['low']}至{band['high']}以下")
