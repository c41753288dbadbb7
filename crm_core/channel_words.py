"""What people call a channel, in both languages, from the one name that the channel table has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_PROPER = {"wechat": "WeChat"}  # names that are written otherwise than words
_SLUG = re.compile(r"[a-z]+(_[a-z]+)*")


class ChannelWords(NamedTuple):
    """A channel's name by language."""

    en: str
    zh: str


def channel_words(channel_id: str, names: Mapping[str, str]) -> ChannelWords:
    """The table's name; in English, where that is Chinese, the words of an id that is made of words.

    >>> names = {"wechat": "微信", "fair": "Hannover Messe", "K7": "展会"}
    >>> [tuple(channel_words(one, names)) for one in ("wechat", "fair", "K7", "cold_call")]
    [('WeChat', '微信'), ('Hannover Messe', 'Hannover Messe'), ('展会', '展会'), ('Cold call', 'Cold call')]
    """
    words = channel_id.replace("_", " ").capitalize() if _SLUG.fullmatch(channel_id) else channel_id
    words = _PROPER.get(channel_id, words)
    name = names.get(channel_id) or words
    return ChannelWords(name if name.isascii() or words == channel_id else words, name)
