"""Passwords: argon2id hashes (RFC 9106), compared in the same time whether the name is known or not."""

from __future__ import annotations

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from crm_core.errors import AccessError

MAX_LENGTH = 200  # more is no better and costs time
_HASHER = PasswordHasher()  # argon2-cffi's defaults: RFC 9106's second recommendation, 64 MiB


def check_strength(plain: str, name: str, min_length: int) -> None:
    """Refuse a password that is easily guessed.

    Raises
    ------
    AccessError: it is too short, too long, holds the name or hardly any different characters.
    """
    if not min_length <= len(plain) <= MAX_LENGTH:
        raise AccessError(f"A password must have {min_length} to {MAX_LENGTH} characters, but has {len(plain)}.")
    if name.casefold() in plain.casefold():
        raise AccessError("A password must not hold the person's name, but does.")
    if len(set(plain)) < 5:
        raise AccessError(f"A password must have 5 different characters, but has {len(set(plain))}.")


def hash_password(plain: str) -> str:
    """The hash that is stored, with its salt and parameters."""
    return _HASHER.hash(_one_form(plain))


def is_password(stored: str | None, plain: str) -> bool:
    """Whether this is the password; with no hash stored it is not, and finding out takes as long."""
    try:
        is_right = _HASHER.verify(stored or _nobodys_hash(), _one_form(plain[: MAX_LENGTH + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return is_right and stored is not None


def _one_form(plain: str) -> str:
    """The same characters however a keyboard composes them (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", plain)


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash("nobody's")
