"""A CSV file that another system fetches: one row per lead, the newest score of each."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from funnelcast.write_back.sink import LeadWrite

COLUMNS = [field.name for field in fields(LeadWrite)]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class CsvSink:
    """Rewritten whole beside and renamed, so that nobody reads half a file."""

    max_batch = 1_000_000

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, batch: Sequence[LeadWrite]) -> Mapping[str, str]:
        """Replace the rows of these leads and keep the others'."""
        rows = self._rows() | {score.lead_id: _cells(score) for score in batch}
        part = self._path.with_name(f".{self._path.name}.part")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows[key] for key in sorted(rows))
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._path)
        return {}

    def _rows(self) -> dict[str, dict[str, Any]]:
        if not self._path.is_file():
            return {}
        with self._path.open(encoding="utf-8", newline="") as file:
            return {
                row["lead_id"].removeprefix("'"): {name: row.get(name, "") for name in COLUMNS}
                for row in csv.DictReader(file)
            }


def _cells(score: LeadWrite) -> dict[str, Any]:
    """No cell can start a spreadsheet formula."""
    return {
        name: f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
        for name, value in score.to_json().items()
    }
