"""Event logs whose stage column holds more than stages: what is no stage is kept as an activity."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_core.intake import words
from crm_core.intake.batch import Batch
from crm_core.intake.chunk import Chunk
from crm_core.intake.plan import RECORDED_AT, Plan
from crm_core.schema import BUNDLE

Mask = np.ndarray[Any, np.dtype[np.bool_]]
_SAME = {"lead_id": "lead_id", "entered_at": "occurred_at", "stage": "kind", RECORDED_AT: RECORDED_AT}


def stage_plan(plan: Plan) -> Plan:
    """The plan with `stages` taken as a further translation of the stage column's values."""
    stages, first = plan.stages or {}, plan.values.get("stage", {})
    both = {**stages, **{source: stages.get(target, target) for source, target in first.items()}}
    return replace(plan, values={**plan.values, "stage": both})


def column_plans(plan: Plan) -> list[tuple[str, Plan]]:
    """For each of the `stage_columns` the plan by which its moments become entries into its stage.

    A lead has one moment in each column, so that a corrected one is an update.
    """
    spec = replace(plan.spec, key_parts=("lead_id", "stage_column"))
    return [
        (
            column,
            replace(
                plan,
                spec=spec,
                bindings={**plan.bindings, "entered_at": column},
                constants={**plan.constants, "stage": stage},
                stage_column=column,
            ),
        )
        for column, stage in plan.stage_columns.items()
    ]


def activity_plan(plan: Plan) -> Plan:
    """The plan by which the other rows become activities; their id is derived."""
    return replace(
        plan,
        spec=BUNDLE["activities"].without_key(("lead_id", "occurred_at", "kind")),
        bindings=_renamed(plan.bindings),
        constants=_renamed(plan.constants),
        formats=_renamed(plan.formats),
        values=_renamed(plan.values),
    )


def _renamed(parts: dict[str, Any]) -> dict[str, Any]:
    return {_SAME[name]: value for name, value in parts.items() if name in _SAME}


def split_stages(plan: Plan, chunk: Chunk, clean: dict[str, pa.Array]) -> Mask:
    """Which rows are of `stage_events`: those whose value is mapped, and those without value (a fault to be told)."""
    values = words.as_words(clean[plan.bindings["stage"]])
    first, stages = plan.values.get("stage", {}), plan.stages or {}
    known = words.by_distinct(values, lambda word: first.get(word, word) in stages, pa.bool_())
    return np.asarray(pc.fill_null(known, True)) if len(chunk) else np.zeros(0, bool)


def part_of(chunk: Chunk, clean: dict[str, pa.Array], rows: Mask) -> tuple[Chunk, dict[str, pa.Array]]:
    """Some rows of a chunk, in both its forms; faults of the reader are not repeated."""
    if rows.all():
        return Chunk(chunk.columns, chunk.lines), clean
    index = np.flatnonzero(rows)
    taken = pa.array(index)
    lines = [chunk.lines[i] for i in index.tolist()]
    columns = {name: values.take(taken) for name, values in chunk.columns.items()}
    return Chunk(columns, lines), {name: values.take(taken) for name, values in clean.items()}


class Occurrences:
    """Tells rows apart whose derived key is the same: each gets how many came before it in this import.

    A second import of the same files finds the same keys. Holds 8 bytes of each key, not the key.
    """

    def __init__(self) -> None:
        self._count: defaultdict[int, int] = defaultdict(int)

    def number(self, batch: Batch) -> None:
        """Append the row's number to each key."""
        for index, key in enumerate(batch.keys):
            digest = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big")
            batch.keys[index] = f"{key}|{self._count[digest]}"
            self._count[digest] += 1
