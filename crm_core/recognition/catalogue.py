"""Medals, rewards and courses by their codes in configs/recognition.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from configs.sections import WithPoints
from crm_core.errors import UnknownRecognitionError

Entry = TypeVar("Entry", bound=WithPoints)


def entry_of(noun: str, entries: Mapping[str, Entry], code: str) -> Entry:
    """The entry of this code.

    Raises
    ------
    UnknownRecognitionError: there is none.
    """
    if code not in entries:
        raise UnknownRecognitionError(f"A {noun} must be one of {', '.join(entries)}, but got {code!r}.")
    return entries[code]
