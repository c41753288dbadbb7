"""Plain text tables for the terminal, aligned for Chinese too."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def text_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns padded to their widest cell; numbers to the right.

    >>> print(text_table(["stage", "leads"], [["技术交流", 12], ["lost", 3]]))
    stage     leads
    技术交流     12
    lost          3
    """
    cells = [list(header), *[["" if cell is None else str(cell) for cell in row] for row in rows]]
    is_number = [all(isinstance(row[i], int | float | None) for row in rows) for i in range(len(header))]
    widths = [max(_width(row[i]) for row in cells) for i in range(len(header))]
    return "\n".join(
        "  ".join(_pad(cell, width, right) for cell, width, right in zip(row, widths, is_number, strict=True)).rstrip()
        for row in cells
    )


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _pad(text: str, width: int, is_right: bool) -> str:
    gap = " " * (width - _width(text))
    return gap + text if is_right else text + gap
