"""Figures as people read them: amounts, shares and ordinal numbers, in English and Chinese."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_SUFFIXES = {1: "st", 2: "nd", 3: "rd"}


class Words(NamedTuple):
    """The same in both languages."""

    en: str
    zh: str


def money(cents: int) -> str:
    """Cents with thousands separated.

    >>> money(1250000), money(-5), money(0)
    ('12,500.00', '-0.05', '0.00')
    """
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}.{rest:02}"


def percent(share: str | Decimal) -> str:
    """A share as per cent.

    >>> percent("0.08"), percent("0.075"), percent("1")
    ('8 %', '7.5 %', '100 %')
    """
    return f"{plain(Decimal(share) * 100)} %"


def plain(number: str | Decimal) -> str:
    """A number without noughts at its end.

    >>> plain("0.70"), plain("100")
    ('0.7', '100')
    """
    text = f"{Decimal(number):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def ordinal(number: int) -> str:
    """In words up to tenth.

    >>> ordinal(1), ordinal(11), ordinal(22)
    ('first', '11th', '22nd')
    """
    if number <= len(_ORDINALS):
        return _ORDINALS[number - 1]
    suffix = "th" if number % 100 in (11, 12, 13) else _SUFFIXES.get(number % 10, "th")
    return f"{number}{suffix}"
