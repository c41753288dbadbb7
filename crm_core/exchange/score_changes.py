"""Which scores are worth telling: those that moved since the last one told.

The rule is a pure function of the last score told, the new one and the least move; what was told before is read under
the feed's lock, so two workers that score one lead at once tell of it once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import JSON, Connection, Engine, func, literal, select

from crm_core.database import write_transaction
from crm_core.exchange.feed import Change, append, lock_feed
from crm_core.tables import FeedChange

# By entity: the figures whose move counts by its size, and those of which every change counts.
PROBABILITIES = {"lead": ("win_probability",), "customer": ("churn_probability", "p_up", "p_down")}
CLASSES = {"lead": ("grade",), "customer": ()}
# What is told of a score.
BODY = {
    "lead": ("win_probability", "grade", "expected_value", "size_fit", "credit_hold", "prescreen"),
    "customer": ("churn_probability", "rfm_tier", "p_up", "p_stay", "p_down", "value_at_risk"),
}
_CHUNK = 5000

Body = Mapping[str, Any]


def has_moved(entity: str, before: Body | None, now: Body, min_change: float) -> bool:
    """Whether a score differs enough from the last one told; the first one always does.

    >>> has_moved("lead", {"win_probability": 0.30, "grade": "B"}, {"win_probability": 0.34, "grade": "B"}, 0.05)
    False
    >>> has_moved("lead", {"win_probability": 0.30, "grade": "B"}, {"win_probability": 0.34, "grade": "A"}, 0.05)
    True
    """
    if before is None:
        return True
    if any(before.get(name) != now.get(name) for name in CLASSES[entity]):
        return True
    # A move of exactly the limit counts, however its floats are rounded.
    return any(abs(now[name] - before.get(name, 0.0)) >= min_change - 1e-9 for name in PROBABILITIES[entity])


def publish_scores(engine: Engine, entity: str, scores: Mapping[str, Body], at: datetime, min_change: float) -> int:
    """Tell of the scores that moved since the last one told; returns how many.

    Parameters
    ----------
    entity: lead or customer. scores: figures by entity id. at: when they were made; one made before the last one told
    is not told. min_change: least move of a probability.
    """

    def changed(entity_id: str, body: Body, before: Body | None) -> Change | None:
        if not has_moved(entity, before, body, min_change):
            return None
        previous = {name: before.get(name) for name in (*PROBABILITIES[entity], *CLASSES[entity])} if before else None
        return Change("score", entity, entity_id, {**body, "previous": previous}, at)

    return _publish_changed(engine, "score", entity, scores, at, changed)


def publish_credit_holds(engine: Engine, holds: Mapping[str, bool], at: datetime) -> int:
    """Tell of leads whose credit hold began or ended since the last one told; returns how many."""

    def changed(lead_id: str, body: Body, before: Body | None) -> Change | None:
        was_held = before is not None and before["credit_hold"]
        return Change("credit_hold", "lead", lead_id, body, at) if body["credit_hold"] != was_held else None

    bodies = {lead_id: {"credit_hold": is_held} for lead_id, is_held in holds.items()}
    return _publish_changed(engine, "credit_hold", "lead", bodies, at, changed)


def _publish_changed(
    engine: Engine, kind: str, entity: str, bodies: Mapping[str, Body], at: datetime, changed: Any
) -> int:
    count = 0
    for part in _chunks(bodies.items()):
        with write_transaction(engine) as connection:
            last_seq = lock_feed(connection)
            told = _last_told(connection, kind, entity, [entity_id for entity_id, _ in part])
            news, never = [], (None, at)
            for entity_id, body in part:
                before, told_at = told.get(entity_id, never)
                change = changed(entity_id, body, before) if told_at <= at else None
                news += [change] if change else []
            append(connection, last_seq, news)
        count += len(news)
    return count


def _last_told(
    connection: Connection, kind: str, entity: str, ids: Sequence[str]
) -> dict[str, tuple[Body | None, datetime]]:
    """Body and moment of the newest change of this kind by entity id.

    Each id is looked up in the index by itself, whatever the planner knows of the table: without statistics PostgreSQL
    took 3 s for a thousand of 100,000 ids otherwise.
    """
    table = FeedChange.__table__
    texts_of = func.json_each if connection.dialect.name == "sqlite" else func.json_array_elements_text
    asked = texts_of(literal([*ids], JSON)).table_valued("value")
    of_one = (table.c.kind == kind, table.c.entity == entity, table.c.entity_id == asked.c.value)
    newest = select(select(func.max(table.c.seq)).where(*of_one).label("seq")).select_from(asked).subquery()
    known = connection.scalars(select(newest.c.seq).where(newest.c.seq.is_not(None))).all()
    if not known:
        return {}
    rows = connection.execute(select(table.c.entity_id, table.c.body, table.c.at).where(table.c.seq.in_(known)))
    return {entity_id: (body, told_at) for entity_id, body, told_at in rows}


def _chunks(items: Iterable[tuple[str, Body]]) -> Iterator[list[tuple[str, Body]]]:
    rest = iter(items)
    while part := list(islice(rest, _CHUNK)):
        yield part
