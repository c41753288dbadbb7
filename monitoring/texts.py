"""Texts for readers, in both languages, and how figures are written in them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scoring.units import UNITS, in_unit


@dataclass(frozen=True)
class Text:
    """One statement in English and in Simplified Chinese."""

    en: str
    zh: str

    def to_json(self) -> dict[str, str]:
        """The two texts, by language."""
        return {"en": self.en, "zh": self.zh}


def named(words: Sequence[tuple[str, str, str]], value: str) -> Text:
    """A value for readers by (value, English, Chinese); itself where nothing is said of it.

    >>> named([("trade_show", "Trade show", "展会")], "trade_show").zh, named([], "A7").en
    ('展会', 'A7')
    """
    return next((Text(en, zh) for name, en, zh in words if name == value), Text(value, value))


def percent(share: float, digits: int = 0) -> str:
    """A share as a percentage, the way tables show it.

    >>> percent(0.124), percent(0.124, 1), percent(0.004)
    ('12%', '12.4%', '0.4%')
    """
    rounded = f"{100 * share:.{digits}f}"
    # A small share that is not zero must not read as none at all.
    if share > 0 and float(rounded) == 0:
        rounded = f"{100 * share:.1g}"
    return f"{rounded}%"


def points(change: float) -> str:
    """A change of a share in percentage points, with its sign.

    >>> points(0.27), points(-0.034)
    ('+27.0', '−3.4')
    """
    return signed(100 * change)


def signed(value: float) -> str:
    """A figure with one decimal and a true minus sign.

    >>> signed(-0.04)
    '0.0'
    """
    rounded = round(value, 1)
    if rounded == 0:
        return "0.0"
    return f"{'+' if rounded > 0 else '−'}{abs(rounded):.1f}"


def figure(value: float | None, unit: str | None = None) -> Text:
    """A figure in its unit, in both languages; a dash where there is none.

    >>> figure(9.0, "hours"), figure(None)
    (Text(en='9 h', zh='9 小时'), Text(en='–', zh='–'))
    """
    if value is None or not math.isfinite(value):
        return Text("–", "–")
    # A unit without a translation is clear from the column's name.
    en, zh = in_unit(value, unit if (unit or "").partition(":")[0] in UNITS else None)
    return Text(en.replace(" %", "%"), zh)
