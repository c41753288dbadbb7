from __future__ import annotations

import threading
from collections.abc import Iterator

import pyarrow as pa
import pytest

from features.lake import Workbench
from features.side_by_side import in_parts, side_by_side


@pytest.fixture
def bench() -> Iterator[Workbench]:
    with Workbench(256) as made:
        yield made


def test_answers_come_in_order_from_tables_that_all_see_and_steps_of_their_own(bench: Workbench) -> None:
    shared = bench.take("shared", pa.table({"n": [1, 2, 3]}))

    def job(own: Workbench, number: int) -> int:
        step = own.hold(shared.filter(shared.n >= number))  # all of them call it step_0
        found = own.count(step)
        own.release()
        return found

    assert list(side_by_side(bench, job, [3, 1, 2, 9, 1])) == [1, 3, 2, 0, 3]


def test_no_more_is_begun_than_somebody_may_want(bench: Workbench) -> None:
    begun: list[int] = []
    answers = side_by_side(bench, lambda _, number: begun.append(number) or number, list(range(100)))
    assert next(answers) == 0
    answers.close()  # type: ignore[attr-defined]
    assert len(begun) < 20
    assert not [one for one in threading.enumerate() if one.name.startswith("beside")]


def test_a_failure_ends_it(bench: Workbench) -> None:
    def job(_: Workbench, number: int) -> int:
        if number == 2:
            raise RuntimeError("no room")
        return number

    with pytest.raises(RuntimeError, match="no room"):
        list(side_by_side(bench, job, list(range(50))))


def test_an_entity_is_in_one_part_with_all_its_rows(bench: Workbench) -> None:
    rows = pa.table({"entity_id": ["b", "a", "a", "c", "c", "c", "d"], "as_of": [1, 1, 2, 1, 2, 3, 1]})
    spine, numbers = in_parts(bench, bench.take("asked", rows), 2)
    found = bench.arrow(spine.order_by(["entity_id", "as_of"]))
    assert found["part_"].to_pylist() == [0, 0, 1, 1, 1, 1, 3]
    assert numbers == [0, 1, 3]
