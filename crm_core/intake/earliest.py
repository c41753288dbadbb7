"""One moment of creation for what stands in several rows of an export, such as the cases of an event log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from crm_core.intake.convert import Converted
from crm_core.intake.plan import Plan
from crm_core.schema import TableSpec


@dataclass
class EarliestCreation:
    """Gives each row of a lead or customer the earliest `created_at` that its rows of this import had until then.

    Nobody is created twice: an event log mapped to leads by the moment of each event means the first one, and a later
    part of the log does not move it. A row that tells when it was learnt is a version of its own and stays as it is.

    `stored`: the stored `created_at` of these keys of a table, of those that are there.
    """

    stored: Callable[[TableSpec, Sequence[str]], dict[str, str]]
    found: dict[tuple[str, str], str] = field(default_factory=dict)  # (table, key) -> moment as stored

    def of(self, plan: Plan, converted: Converted) -> Converted:
        """The same rows with `created_at` so set; other tables unchanged."""
        spec = plan.spec
        if spec.entity is None or not len(converted.kept):
            return converted
        if plan.is_log_of_events:
            self._recall(spec, converted.columns[spec.key].to_pylist())
        keys, given = converted.columns[spec.key].to_pylist(), converted.columns["created_at"].to_pylist()
        told = converted.told_at.is_valid().to_pylist()
        earliest = [
            at if at is None or is_told else self._earlier((spec.name, key), at)
            for key, at, is_told in zip(keys, given, told, strict=True)
        ]
        if earliest == given:
            return converted
        return replace(converted, columns={**converted.columns, "created_at": pa.array(earliest, pa.string())})

    def _recall(self, spec: TableSpec, keys: Sequence[str]) -> None:
        """Take what is stored as found, for keys that this import had not yet."""
        new = [key for key in dict.fromkeys(keys) if (spec.name, key) not in self.found]
        self.found |= {(spec.name, key): at for key, at in self.stored(spec, new).items()}

    def _earlier(self, key: tuple[str, str], at: str) -> str:
        self.found[key] = min(at, self.found.get(key, at))
        return self.found[key]
