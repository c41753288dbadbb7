"""A computation as the statements it came to: noted the first time, run as they are from then on.

Building and compiling fifty statements takes Ibis five times as long as running them takes DuckDB. What changes from
one run to the next must stand in tables and not in the statements: the rows of the lake, and what is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from features.asof import Table
from features.lake import Statement
from features.lake_schema import KEYS
from features.session import Session


@dataclass(frozen=True)
class Script:
    """The statements of one computation, and the tables that a session holds after them."""

    statements: Sequence[Statement]
    tables: Mapping[str, Table]

    def run(self, session: Session) -> list[pa.Table]:
        """The computation's answers, over the rows of this session."""
        for name in self.tables:
            if name in KEYS:
                session.tables.versions(name)
        answers = []
        for statement in self.statements:
            cursor = session.bench.do(statement)
            if statement.has_answer:
                answers.append(cursor.to_arrow_table())
        for name, table in self.tables.items():
            session.tables.adopt(name, table)
        return answers


class Scripts:
    """The last script of each of a few computations."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, Script]] = {}

    def answers(
        self, name: str, state: str, session: Session, compute: Callable[[], Sequence[pa.Table]]
    ) -> Sequence[pa.Table]:
        """What `compute` asks of the session's workbench, in order; by its script where it was noted in this `state`:
        everything that its statements depend on beside rows.
        """
        known = self._known.get(name)
        if known is not None and known[0] == state:
            return known[1].run(session)
        before = set(session.tables.held())
        with session.bench.noted() as statements:
            answers = compute()
        tables = {key: table for key, table in session.tables.held().items() if key not in before}
        self._known[name] = state, Script(tuple(statements), tables)
        return answers
