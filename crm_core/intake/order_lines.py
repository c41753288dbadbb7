"""Orders whose file has a row for each of their lines, such as the articles of an invoice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from crm_core.intake import numbers
from crm_core.intake.convert import Check, Converted
from crm_core.intake.plan import Plan

_TOLD = "told_at"
_MERGE_FROM = 20  # parts; merged into one, so that memory grows with the orders and not with the lines


@dataclass
class OrderLines:
    """Sums amount and quantity per order over all files of an import; of other columns the first value counts, of the
    moment the earliest.
    """

    count_lines: int = 0
    _parts: list[pa.Table] = field(default_factory=list)
    _plan: Plan | None = None

    def add(self, plan: Plan, lines: Converted) -> None:
        """Take converted lines in."""
        self._plan, self.count_lines = plan, self.count_lines + len(lines.kept)
        self._parts.append(_summed(pa.table({**lines.columns, _TOLD: lines.told_at}), plan))
        if len(self._parts) >= _MERGE_FROM:
            self._parts = [_summed(pa.concat_tables(self._parts), plan)]

    def orders(self, chunk_rows: int) -> Iterator[tuple[Plan, Converted]]:
        """The orders, at most so many at a time."""
        if self._plan is None:
            return
        whole = _summed(pa.concat_tables(self._parts), self._plan)
        for start in range(0, whole.num_rows, chunk_rows):
            part = whole.slice(start, chunk_rows).combine_chunks()
            columns = {name: part[name].combine_chunks() for name in part.column_names}
            told_at = columns.pop(_TOLD)
            yield self._plan, Converted(np.arange(part.num_rows), columns, told_at, {}, [])


def priced(plan: Plan, clean: dict[str, pa.Array]) -> dict[str, pa.Array]:
    """Source columns with the amount of each line, where the mapping says that the price of one piece stands there."""
    if plan.lines != "unit_price":
        return clean
    amount, quantity = plan.bindings["amount"], plan.bindings["quantity"]
    return {**clean, amount: numbers.product(clean[amount], clean[quantity], plan.reading.decimal)}


def checks(plan: Plan, clean: dict[str, pa.Array]) -> list[Check]:
    """Lines whose price is of one piece, and no number of pieces is there."""
    if plan.lines != "unit_price":
        return []
    quantity = plan.bindings["quantity"]
    return [(~np.asarray(clean[quantity].is_valid()), quantity, "quantity is required where amount is a unit price")]


def _summed(lines: pa.Table, plan: Plan) -> pa.Table:
    key, moment = plan.spec.key, plan.spec.event_column
    how = {"amount_cents": "sum", "quantity": "sum", moment: "min", _TOLD: "max"}
    rules = [(name, how.get(name, "first")) for name in lines.column_names if name != key]
    found = lines.group_by(key, use_threads=False).aggregate(rules)
    names = {f"{name}_{rule}": name for name, rule in rules}
    named = found.rename_columns([names.get(name, name) for name in found.column_names])
    return named.select(lines.column_names).cast(lines.schema)
