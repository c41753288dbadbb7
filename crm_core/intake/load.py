"""One file into the database: inspected, converted, written, with its rejects beside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pyarrow as pa

from configs.progress import Progress
from configs.settings import Settings
from crm_core.errors import TooManyRejectedError
from crm_core.intake import order_lines
from crm_core.intake.attribute_book import AttributeBook
from crm_core.intake.chunk import Chunk, Fault, SourceFile
from crm_core.intake.convert import Converted, Converter, clean_chunk, to_batch
from crm_core.intake.earliest import EarliestCreation
from crm_core.intake.order_lines import OrderLines
from crm_core.intake.outcome import OutcomeReader
from crm_core.intake.plan import Plan
from crm_core.intake.rejects import RejectsFile
from crm_core.intake.stages import Occurrences, activity_plan, column_plans, part_of, split_stages, stage_plan
from crm_core.intake.upsert import Upserter


@dataclass
class Loader:
    """Loads files within one import.

    `first_faults` holds the first fault of each table, for the sentence that refuses a table without a good row.
    """

    upserter: Upserter
    book: AttributeBook
    rejects: RejectsFile
    settings: Settings
    progress: Progress

    def __post_init__(self) -> None:
        self.first_faults: dict[str, tuple[str, Fault]] = {}
        self._occurrences = Occurrences()
        self._lines = OrderLines()
        self._earliest = EarliestCreation(self.upserter.stored_creations)

    def load(self, plan: Plan, file: SourceFile) -> None:
        """Load one file.

        Raises
        ------
        SourceError: the file turns out unreadable half-way.
        """
        steps = self._steps(plan)
        with self.progress.bar(f"{plan.spec.name} from {file.name}", file.total, unit=file.unit) as bar:
            done = 0
            for chunk, position in self._inspected(plan, file):
                clean = clean_chunk(chunk, plan.nulls)
                self._reject(plan.spec.name, file.name, chunk.faults)
                for step in steps:
                    self._step(step, file.name, chunk, clean)
                bar.update(position - done)
                done = position
        if plan.spec.entity:
            self.book.accept(plan.spec.entity, plan.accepted)

    def write_orders(self) -> list[str]:
        """Write the orders whose lines were read; returns what is to be told of them."""
        if not self._lines.count_lines:
            return []
        count, before = 0, self.upserter.counts["orders"]["updated"]
        for plan, orders in self._lines.orders(self.settings.intake.chunk_rows):
            self.upserter.write(to_batch(plan, orders, self.book))
            count += len(orders.kept)
        self.upserter.pass_over("orders", self._lines.count_lines - count)
        notes = [f"{self._lines.count_lines:,} lines were summed into {count:,} orders."]
        if replaced := self.upserter.counts["orders"]["updated"] - before:
            notes.append(
                f"{replaced:,} of these orders were stored with other values: the sum of these lines replaces them, so "
                "all lines of an order must come in one import."
            )
        return notes

    def check_rejects(self, table: str) -> None:
        """Raise TooManyRejectedError if the share of the table's rows that broke a rule says that it was misread."""
        counts, rules = self.upserter.counts[table], self.settings.intake
        most = rules.max_reject_share if counts["read"] >= rules.reject_share_from_rows else 1.0
        if not counts["rejected"] or counts["rejected"] < most * counts["read"]:
            return
        raise TooManyRejectedError(
            f"Most rows of {table} must hold its rules, but {counts['rejected']:,} of {counts['read']:,} are rejected: "
            f"{self.first_fault(table)}; all are in {self.rejects.path}."
        )

    def first_fault(self, table: str) -> str:
        """The first broken rule of a table, with its place and value."""
        file, fault = self.first_faults[table]
        return f"{fault.rule}, but line {fault.line} of {file} has {fault.value!r}{_remedy(fault)}"

    def _steps(self, plan: Plan) -> list[_Step]:
        if plan.stages is not None and "stage" in plan.bindings:
            return [
                _Step(stage_plan(plan), Converter(stage_plan(plan)), split_by=(plan, True)),
                _Step(activity_plan(plan), Converter(activity_plan(plan)), split_by=(plan, False)),
            ]
        if plan.stage_columns:
            return [_Step(one, Converter(one), only_with=column) for column, one in column_plans(plan)]
        if plan.lines:
            return [_Step(plan, Converter(plan, lambda clean: order_lines.checks(plan, clean)))]
        if plan.outcome is None:
            return [_Step(plan, Converter(plan))]
        funnel = self.settings.funnel
        reader = OutcomeReader(
            plan,
            plan.outcome,
            first=funnel.stages[0].name,
            won=funnel.names("won")[0],
            lost=funnel.names("lost")[0],
            horizon_days=self.settings.intake.outcome_horizon_days,
        )
        return [_Step(plan, Converter(plan, reader.check), outcome=reader)]

    def _step(self, step: _Step, file: str, chunk: Chunk, clean: dict[str, pa.Array]) -> None:
        if step.split_by:
            split_plan, wants_stages = step.split_by
            rows = split_stages(split_plan, chunk, clean)
            chunk, clean = part_of(chunk, clean, rows if wants_stages else ~rows)
        if step.only_with:
            chunk, clean = part_of(chunk, clean, np.asarray(clean[step.only_with].is_valid()))
        converted = step.converter.convert(chunk, order_lines.priced(step.plan, clean))
        self._reject(step.plan.spec.name, file, converted.faults)
        counted = self._earliest.of(step.plan, converted)
        self.upserter.pass_over(step.plan.spec.name, len(converted.kept) - len(counted.kept))
        self._write(step, counted)

    def _write(self, step: _Step, converted: Converted) -> None:
        if not len(converted.kept):
            return
        if step.plan.lines:
            self._lines.add(step.plan, converted)
            return
        batch = to_batch(step.plan, converted, self.book)
        if step.plan.spec.counts_rows:
            self._occurrences.number(batch)
        self.upserter.write(batch)
        if step.outcome:
            self.upserter.write(step.outcome.events(converted))

    def _reject(self, table: str, file: str, faults: list[Fault]) -> None:
        if not faults:
            return
        count = len({fault.line for fault in faults})
        self.upserter.counts[table]["read"] += count
        self.upserter.counts[table]["rejected"] += count
        self.rejects.add(table, file, faults)
        self.first_faults.setdefault(table, (file, faults[0]))

    def _inspected(self, plan: Plan, file: SourceFile) -> Iterator[tuple[Chunk, int]]:
        """The chunks, after the first rows were looked at to find the kinds of attributes not yet known."""
        chunks = file.chunks(self.settings.intake.chunk_rows)
        if not plan.spec.entity or not plan.attributes:
            yield from chunks
            return
        ahead: list[tuple[Chunk, int]] = []
        while sum(len(chunk) for chunk, _ in ahead) < self.settings.intake.inspect_rows:
            if (following := next(chunks, None)) is None:
                break
            ahead.append(following)
        self._inspect(plan, [chunk for chunk, _ in ahead], file)
        for chunk, position in chain(ahead, chunks):
            self._inspect(plan, [chunk], file)  # a column that was empty until here
            yield chunk, position

    def _inspect(self, plan: Plan, chunks: list[Chunk], file: SourceFile) -> None:
        limit = self.settings.intake.inspect_rows
        entity = plan.spec.entity or ""
        names = [name for name in plan.attributes if not self.book.knows(entity, name)]
        if not names or not chunks:
            return
        columns = {
            name: pa.concat_arrays(
                [clean_chunk(Chunk({name: chunk.columns[name]}, chunk.lines), plan.nulls)[name] for chunk in chunks]
            )[:limit]
            for name in names
        }
        self.book.inspect(entity, columns, plan.reading, is_typed=file.is_typed)


def _remedy(fault: Fault) -> str:
    """What to do about a decimal comma, which no rule can tell from a mark between thousands."""
    is_number = "amount" in fault.rule or "number" in fault.rule
    has_comma = is_number and re.search(r"\d,\d+\D*$", fault.value or "")
    return "; if its comma is the decimal mark, set source.decimal in the mapping to ','" if has_comma else ""


@dataclass(frozen=True)
class _Step:
    """One table that the rows of a file go to; `split_by`: only those (True) or none (False) of its stages;
    `only_with`: only those with a value in this column.
    """

    plan: Plan
    converter: Converter
    split_by: tuple[Plan, bool] | None = None
    only_with: str | None = None
    outcome: OutcomeReader | None = None
