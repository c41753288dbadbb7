"""Features of a few leads or customers as they are now, after an event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import pyarrow as pa

from features.script import Scripts
from features.session import Session
from features.spines import asked_spine


class Refresh:
    """Computes them by the same expressions as a build, compiled once per shape of the features.

    One object for one installation's settings, which the statements depend on too.
    """

    def __init__(self) -> None:
        self._scripts = Scripts()

    def vectors(
        self, view: str, session: Session, ids: Sequence[str], as_of: datetime, known_kinds: Iterable[str]
    ) -> pa.Table:
        """entity_id, as_of and the view's columns of those in `ids` that are open or active at as_of (naive UTC)."""
        asked = session.bench.take("asked_ids", pa.table({"entity_id": pa.array(ids, pa.string())}))
        moment = session.bench.take("asked_moment", pa.table({"as_of": pa.array([as_of], pa.timestamp("us"))}))
        facts = self._scripts.answers("shape", "", session, lambda: session.shape_facts(moment.as_of.as_scalar()))
        shape = session.shape_of(facts, known_kinds)

        def compute() -> list[pa.Table]:
            return [session.piece(view, asked_spine(view, session, shape, asked, moment), shape)]

        [found] = self._scripts.answers(view, shape.digest, session, compute)
        return found
