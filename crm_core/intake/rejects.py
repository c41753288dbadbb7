from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from crm_core.intake.chunk import Fault

COLUMNS = ("table", "file", "line", "column", "rule", "value", "row")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class RejectsFile:
    """Rejected rows of one import as CSV, one line per broken rule; made when the first comes.

    A value that a spreadsheet would run as a formula is preceded by an apostrophe.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stream: TextIO | None = None

    @property
    def written(self) -> Path | None:
        """The file, if there is anything in it."""
        return self.path if self.path.exists() else None

    def add(self, table: str, file: str, faults: Sequence[Fault]) -> None:
        """Append faults."""
        if not faults:
            return
        if self._stream is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self.path.open("w", encoding="utf-8", newline="")
            csv.writer(self._stream).writerow(COLUMNS)
        writer = csv.writer(self._stream)
        for fault in faults:
            raw = json.dumps(fault.row, ensure_ascii=False, default=str)
            fields = (table, file, str(fault.line), fault.column or "", fault.rule, fault.value or "", raw)
            writer.writerow([_harmless(field) for field in fields])

    def close(self) -> None:
        """Close the file; nothing can be added after."""
        if self._stream:
            self._stream.close()


def _harmless(field: str) -> str:
    return f"'{field}" if field.startswith(_FORMULA_STARTS) else field
