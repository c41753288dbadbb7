"""The key under which erased people are known again without being remembered.

A tombstone holds HMAC-SHA-256 (RFC 2104) of an id, number or address. A plain hash would not do: all mobile numbers of
a country are tried in minutes. So the key lies outside the database, and who has only one of the two learns nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from configs.settings import Settings
from crm_core.errors import ErasureKeyError
from crm_core.tables import Tombstone

_FORM = re.compile("[0-9a-fA-F]{64}")
_CHECK = "which key is this"


@dataclass(frozen=True)
class ErasureKey:
    """256 bits, as hexadecimal digits."""

    digits: str

    def digest(self, kind: str, value: str) -> str:
        """64 hexadecimal digits that tell whether a value is one that was erased; `kind` as in the tombstones.

        >>> ErasureKey("00" * 32).digest("phone", "+8613800138000")[:16]
        'adb084e38d770d83'
        """
        said = f"{kind}\0{value}".encode("utf-8", "surrogatepass")
        return hmac.new(bytes.fromhex(self.digits), said, hashlib.sha256).hexdigest()

    @property
    def check(self) -> str:
        """Tells one key from another."""
        return self.digest("check", _CHECK)[:16]

    def pseudonym(self, kind: str, value: str) -> str:
        """The id under which rows stand whose own id was personal."""
        return f"erased-{self.digest(kind, value)[:24]}"


def existing_key(connection: Connection, settings: Settings) -> ErasureKey | None:
    """The key of the configuration or of its file; None where nobody was ever erased.

    Raises
    ------
    ErasureKeyError: people were erased, and the key is missing or another one.
    """
    checks = connection.execute(select(Tombstone.key_check).distinct()).scalars().all()
    digits = settings.access.erasure_key or _read(settings.paths.erasure_key)
    if digits is None:
        _refuse_missing(checks, settings.paths.erasure_key)
        return None
    key = ErasureKey(digits)
    if set(checks) - {key.check}:
        raise ErasureKeyError(
            "The erasure key must be the one that people were erased with, but is another: put the right one into "
            f"access.erasure_key or {settings.paths.erasure_key}."
        )
    return key if checks else None


def key_for_erasure(connection: Connection, settings: Settings) -> ErasureKey:
    """The key; made where there is none yet.

    Raises
    ------
    ErasureKeyError: as `existing_key`; or the file cannot be written.
    """
    existing_key(connection, settings)
    file = settings.paths.erasure_key
    digits = settings.access.erasure_key or _read(file) or _made(file)
    return ErasureKey(digits)


def is_personal(value: str, patterns: Sequence[str]) -> bool:
    """Whether an id holds a phone number, an identity card or an e-mail address.

    >>> is_personal("CUST-13800138000", ["1[3-9][0-9]{9}"]), is_personal("C000471", ["1[3-9][0-9]{9}"])
    (True, False)
    """
    return any(re.search(pattern, value) for pattern in patterns)


def _read(file: Path) -> str | None:
    if not file.exists():
        return None
    digits = file.read_text(encoding="ascii", errors="replace").strip()
    if not _FORM.fullmatch(digits):
        raise ErasureKeyError(f"{file} must hold 64 hexadecimal digits, but holds something else.")
    return digits


def _made(file: Path) -> str:
    """A new key in a file that only its owner reads; that of another process where it came first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    try:
        part.touch(mode=0o600)
        with part.open("w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(32) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        with suppress(FileExistsError):
            os.link(part, file)  # whole or not at all, and never over another's
        part.unlink()
    except OSError as error:
        raise ErasureKeyError(f"The erasure key must be kept in {file}, but it cannot be written: {error}.") from None
    return str(_read(file))


def _refuse_missing(checks: Sequence[str], file: Path) -> None:
    if checks:
        raise ErasureKeyError(
            f"The erasure key must be there where people were erased, but neither access.erasure_key nor {file} has it."
        )
