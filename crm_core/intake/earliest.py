"""One moment of creation for what stands in several rows of an export, such as the cases of an event log."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pyarrow as pa

from crm_core.intake.convert import Converted
from crm_core.schema import TableSpec


@dataclass
class EarliestCreation:
    """Gives each row of a lead or customer the earliest `created_at` that its rows of this import had until then.

    Nobody is created twice: an event log mapped to leads by the moment of each event means the first one. A row that
    tells when it was learnt is a version of its own and stays as it is.
    """

    found: dict[tuple[str, str], str] = field(default_factory=dict)  # (table, key) -> moment as stored

    def of(self, spec: TableSpec, converted: Converted) -> Converted:
        """The same rows with `created_at` so set; other tables unchanged."""
        if spec.entity is None or not len(converted.kept):
            return converted
        keys, given = converted.columns[spec.key].to_pylist(), converted.columns["created_at"].to_pylist()
        told = converted.told_at.is_valid().to_pylist()
        earliest = [
            at if at is None or is_told else self._earlier((spec.name, key), at)
            for key, at, is_told in zip(keys, given, told, strict=True)
        ]
        if earliest == given:
            return converted
        return replace(converted, columns={**converted.columns, "created_at": pa.array(earliest, pa.string())})

    def _earlier(self, key: tuple[str, str], at: str) -> str:
        self.found[key] = min(at, self.found.get(key, at))
        return self.found[key]
