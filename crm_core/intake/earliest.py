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
    """One moment of creation per lead or customer: nobody is created twice.

    Each row gets the earliest `created_at` that its rows of this import had until then. Of an event log, whose rows
    have the moment of each event, the first row counts: what later ones say was not known at the creation, and a later
    part of the log does not move it. A row that tells when it was learnt is a version of its own and stays as it is.

    `stored`: the stored `created_at` of these keys of a table, of those that are there.
    """

    stored: Callable[[TableSpec, Sequence[str]], dict[str, str]]
    found: dict[tuple[str, str], str] = field(default_factory=dict)  # (table, key) -> moment as stored

    def of(self, plan: Plan, converted: Converted) -> Converted:
        """The rows with `created_at` so set, of an event log those that count; other tables unchanged."""
        spec = plan.spec
        if spec.entity is None or not len(converted.kept):
            return converted
        keys, given = converted.columns[spec.key].to_pylist(), converted.columns["created_at"].to_pylist()
        told = converted.told_at.is_valid().to_pylist()
        rows = zip(keys, given, told, strict=True)
        if plan.is_log_of_events:
            known = self._recalled(spec, keys)
            return converted.only([is_told or self._is_first((spec.name, key), at, known) for key, at, is_told in rows])
        earliest = [at if at is None or is_told else self._earlier((spec.name, key), at) for key, at, is_told in rows]
        if earliest == given:
            return converted
        return replace(converted, columns={**converted.columns, "created_at": pa.array(earliest, pa.string())})

    def _recalled(self, spec: TableSpec, keys: Sequence[str]) -> dict[str, str]:
        """What is stored, of keys that this import had not yet."""
        return self.stored(spec, [key for key in dict.fromkeys(keys) if (spec.name, key) not in self.found])

    def _is_first(self, key: tuple[str, str], at: str | None, known: dict[str, str]) -> bool:
        """Whether the row is earlier than what this import had, or else not later than what is stored."""
        before, stored = self.found.get(key), known.get(key[1])
        is_first = at is None or (at < before if before is not None else stored is None or at <= stored)
        if moments := [moment for moment in (at, before, stored) if moment is not None]:
            self.found[key] = min(moments)
        return is_first

    def _earlier(self, key: tuple[str, str], at: str) -> str:
        self.found[key] = min(at, self.found.get(key, at))
        return self.found[key]
