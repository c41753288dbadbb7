"""Rows of one table in stored form, by column, ready to be compared with what is there."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crm_core.schema import TableSpec


@dataclass
class Batch:
    """`columns` by stored name, each of the length of `keys`; moments as words `YYYY-MM-DD HH:MM:SS.ffffff` in UTC.

    `told_at`: the export's own recorded_at per row, None where it gives none.
    """

    spec: TableSpec
    columns: dict[str, list[Any]]
    told_at: Sequence[str | None]

    def __len__(self) -> int:
        return len(self.told_at)

    @property
    def keys(self) -> list[str]:
        """Primary keys, in row order."""
        return self.columns[self.spec.key]

    def rows(self) -> list[tuple[Any, ...]]:
        """Rows as tuples in storage order."""
        return list(zip(*(self.columns[name] for name in self.spec.columns), strict=True))


def row_hash(row: tuple[Any, ...], count_added: int = 0) -> str:
    """128 bits of a row's own values.

    The last `count_added` columns came with a later schema: nulls at their end are left out, so that a row without
    them keeps the hash it was stored with.

    >>> row_hash(("a", 1, None)) == row_hash(("a", 1, None)), row_hash(("a", 1)) == row_hash(("a", "1"))
    (True, False)
    >>> row_hash(("a", None, None), 1) == row_hash(("a", None)), row_hash(("a", None, "x"), 1) == row_hash(("a", "x"))
    (True, False)
    """
    while count_added and row[-1] is None:
        row, count_added = row[:-1], count_added - 1
    return hashlib.blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def derived_keys(columns: dict[str, list[Any]], parts: tuple[str, ...]) -> list[str]:
    """Keys made of other columns, joined by "|"; a "|" within a value is written %7C so that no two rows meet."""
    words = [[_key_word(value) for value in columns[part]] for part in parts]
    return ["|".join(row) for row in zip(*words, strict=True)]


def _key_word(value: Any) -> str:
    if value is None:
        return ""
    word = str(value)
    if len(word) == 26 and word[10] == " " and word[4] == word[7] == "-":
        return f"{word[:10]}T{word[11:]}Z"
    return word.replace("|", "%7C") if "|" in word else word
