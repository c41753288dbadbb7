"""The words of the pages, one YAML file per language; every key is in both."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from configs.settings import read_yaml
from serving.pages.visitor import LANGUAGES

_CODE = re.compile("`([^`]+)`")
FOLDER = Path(__file__).parent / "texts"


class Texts:
    """Words of one language by dotted key.

    >>> print(texts_of("en")("nav.today"), texts_of("zh")("nav.today"))
    Today 今日
    """

    def __init__(self, language: str, words: dict[str, str]) -> None:
        self.language = language
        self.words = words

    def __call__(self, key: str, **values: Any) -> Markup:
        """The words of a key as HTML, with values put in and escaped; what stands between backticks is code.

        Raises
        ------
        KeyError: no words have this key.
        """
        words = Markup(_CODE.sub(r"<code>\1</code>", str(escape(self.words[key]))))  # noqa: S704 (escaped just before)
        return words.format(**values) if values else words

    def has(self, key: str) -> bool:
        """Whether there are words for a key that is made of data."""
        return key in self.words

    def of(self, both: Any) -> str:
        """The text in this language of something that has it in both, as attributes or keys `en` and `zh`."""
        return str(both[self.language] if isinstance(both, dict) else getattr(both, self.language))


@cache
def texts_of(language: str) -> Texts:
    """The words of a language, read once."""
    return Texts(language, _flat(read_yaml(FOLDER / f"{language}.yaml", as_words=True)))


def language_of(chosen: str | None, accepted: str) -> str:
    """The language chosen, or the one of ours that Accept-Language (RFC 9110, 12.5.4) likes best; else English.

    >>> language_of(None, "de, zh-CN;q=0.8, en;q=0.5"), language_of("en", "zh"), language_of(None, "")
    ('zh', 'en', 'en')
    """
    if chosen in LANGUAGES:
        return str(chosen)
    liked = sorted(filter(None, accepted.split(",")), key=_quality, reverse=True)
    tags = [part.split(";")[0].strip().lower().split("-")[0] for part in liked if _quality(part) > 0]
    return next((tag for tag in tags if tag in LANGUAGES), LANGUAGES[0])


def _quality(part: str) -> float:
    _, _, told = part.replace(" ", "").partition(";q=")
    try:
        return float(told) if told else 1.0
    except ValueError:
        return 0.0


def _flat(words: dict[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in words.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = str(value)
    return flat
