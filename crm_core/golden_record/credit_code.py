"""Unified social credit codes (统一社会信用代码), GB 32100-2015."""

from __future__ import annotations

import unicodedata

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V, Z, which are read as 1, 0, 5, U, 2
LENGTH = 18
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = tuple(pow(3, place, 31) for place in range(LENGTH - 1))


def clean_code(text: str | None) -> str | None:
    """The code in half-width capitals without spaces and hyphens; None where nothing is left.

    >>> clean_code("９１350100-m000100y43 ")
    '91350100M000100Y43'
    """
    plain = unicodedata.normalize("NFKC", text or "").upper()
    return "".join(character for character in plain if not character.isspace() and character != "-") or None


def check_character(body: str) -> str:
    """Last character for the first 17: 31 - (sum of value * 3^place) mod 31, place from 0 (GB 32100-2015, 4.6).

    >>> check_character("91350100M000100Y4")
    '3'
    """
    total = sum(_VALUE[character] * weight for character, weight in zip(body, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def is_valid_code(code: str | None) -> bool:
    """Whether a cleaned code has 18 characters of the alphabet and the right last one."""
    if code is None or len(code) != LENGTH or not all(character in _VALUE for character in code):
        return False
    return check_character(code[:-1]) == code[-1]
