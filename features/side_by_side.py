"""Work on one workbench's tables by several threads, and a long spine in parts, by statements compiled once."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

import ibis
import pyarrow as pa

from features.asof import Hold, Table
from features.lake import Statement, Workbench, quoted

MOST_THREADS = 4  # what each holds lies in the memory that all share
Compute = Callable[[Table, Hold], Table]
T = TypeVar("T")
R = TypeVar("R")


def side_by_side(bench: Workbench, job: Callable[[Workbench, T], R], items: Sequence[T]) -> Iterator[R]:
    """What the job gives for each item, in order, a core for each: it gets a workbench beside this one. A few are made
    ahead of what is asked for.
    """
    count = max(min(len(os.sched_getaffinity(0)), len(items), MOST_THREADS), 1)
    with ExitStack() as stack:
        benches: SimpleQueue[Workbench] = SimpleQueue()
        for _ in range(count):
            benches.put(stack.enter_context(bench.beside()))
        pool = stack.enter_context(ThreadPoolExecutor(count, thread_name_prefix="beside"))
        stack.callback(pool.shutdown, wait=True, cancel_futures=True)

        def one(item: T) -> R:
            own = benches.get()
            try:
                return job(own, item)
            finally:
                benches.put(own)

        ahead: deque[Future[R]] = deque()
        for item in items:
            ahead.append(pool.submit(one, item))
            if len(ahead) > count:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def in_parts(bench: Workbench, spine: Table, rows_per_part: int) -> tuple[Table, Sequence[int]]:
    """The spine, kept, with the number of its part in each row, `part_`; and the numbers that there are, in the order
    of entity_id. An entity is in one part with all its rows.
    """
    first_place = ibis.rank().over(ibis.window(order_by=ibis.asc(spine.entity_id)))
    numbered = bench.keep("spine", spine.mutate(part_=(first_place // rows_per_part).cast("int64")))
    found = bench.arrow(numbered.select("part_").distinct().order_by("part_"))
    return numbered, found["part_"].to_pylist()


def of_parts(
    bench: Workbench, tables: Mapping[str, Table], owned: Mapping[str, str], spine: Table, numbers: Sequence[int],
    compute: Compute,
) -> Iterator[pa.Table]:  # fmt: skip
    """What `compute` makes of each part of a spine (see `in_parts`), in order.

    owned: table -> the column that names the entity of a row. Of these a part sees the rows of its entities only, under
    the tables' own names; they are copied in the order of the parts before, so that a part does not read all of them.
    compute: from (entity_id, as_of) and a `hold`, the rows wanted; it is called once, with the first part.
    """
    owners = bench.keep("part_of_entity", spine.select("entity_id", "part_").distinct())
    histories = {name: tables[name] for name in owned}

    def copy(own: Workbench, name: str) -> None:
        history = histories[name]
        rows = history.join(owners, history[owned[name]] == owners.entity_id).select(history, owners.part_)
        own.keep(f"parted_{name}", rows.order_by("part_"))

    try:
        list(side_by_side(bench, copy, list(owned)))
        columns = {name: history.columns for name, history in histories.items()}
        with bench.beside() as own:
            _show(own, columns, numbers[0])
            asked = ibis.table(spine.drop("part_").schema(), name="part_spine")
            with own.noted() as statements:
                answer = own.arrow(compute(asked, own.hold))
                own.release()
        yield answer
        yield from side_by_side(bench, partial(_part, columns, statements), numbers[1:])
    finally:
        for name in owned:
            bench.run(f'DROP TABLE IF EXISTS "parted_{name}"')


def _part(columns: Mapping[str, Sequence[str]], statements: Sequence[Statement], own: Workbench, number: int) -> Any:
    _show(own, columns, number)
    answer = None
    for statement in statements:
        cursor = own.run(statement.sql)
        if statement.has_answer:
            answer = cursor.to_arrow_table()
    return answer


def _show(bench: Workbench, columns: Mapping[str, Sequence[str]], number: int) -> None:
    """Let a connection see one part: its views stand before the session's tables of the same name."""
    for name, wanted in columns.items():
        rows = f'SELECT {", ".join(map(quoted, wanted))} FROM "parted_{name}" WHERE part_ = {number}'
        bench.run(f'CREATE OR REPLACE TEMP VIEW "lake_{name}" AS {rows}')
    rows = f"SELECT * EXCLUDE (part_) FROM spine WHERE part_ = {number}"
    bench.run(f"CREATE OR REPLACE TEMP TABLE part_spine AS {rows}")
