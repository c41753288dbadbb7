"""How the scores of a lead moved: those told in the change feed, and those given with a receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, select

from crm_core.database import read_transaction
from crm_core.receipts import Receipt
from crm_core.tables import FeedChange, Prediction

FEED, RECEIPTS = FeedChange.__table__, Prediction.__table__
Row = tuple[str, datetime, dict[str, Any], str]


@dataclass(frozen=True)
class ScorePoint:
    """A win probability at a moment; `source`: feed or receipt."""

    at: datetime
    win_probability: float
    source: str


def score_points(engine: Engine, lead_ids: Sequence[str], until: datetime) -> dict[str, list[ScorePoint]]:
    """The points of each lead up to a moment, oldest first; at most a few hundred leads at once."""
    found: dict[str, list[ScorePoint]] = {lead_id: [] for lead_id in lead_ids}
    with read_transaction(engine) as connection:
        for lead_id, at, body, source in (*_told(connection, lead_ids, until), *_given(connection, lead_ids, until)):
            if (probability := body.get("win_probability")) is not None:
                found[lead_id].append(ScorePoint(at, float(probability), source))
    return {lead_id: sorted(points, key=lambda point: point.at) for lead_id, points in found.items()}


def receipts_of(
    engine: Engine, entity: Literal["lead", "customer"], entity_id: str, until: datetime, limit: int
) -> list[Receipt]:
    """The newest receipts of a lead or customer, newest first. Whose it is, is the caller's to check."""
    mine = (RECEIPTS.c.entity == entity, RECEIPTS.c.entity_id == entity_id, RECEIPTS.c.scored_at <= until)
    query = select(RECEIPTS).where(*mine).order_by(RECEIPTS.c.scored_at.desc(), RECEIPTS.c.prediction_id).limit(limit)
    with read_transaction(engine) as connection:
        return [Receipt(**row) for row in connection.execute(query).mappings()]


def _told(connection: Connection, lead_ids: Sequence[str], until: datetime) -> list[Row]:
    of_these = (FEED.c.kind == "score", FEED.c.entity == "lead", FEED.c.entity_id.in_(lead_ids), FEED.c.at <= until)
    rows = connection.execute(select(FEED.c.entity_id, FEED.c.at, FEED.c.body).where(*of_these))
    return [(lead_id, at, body, "feed") for lead_id, at, body in rows]


def _given(connection: Connection, lead_ids: Sequence[str], until: datetime) -> list[Row]:
    of_these = (RECEIPTS.c.entity == "lead", RECEIPTS.c.entity_id.in_(lead_ids), RECEIPTS.c.scored_at <= until)
    rows = connection.execute(select(RECEIPTS.c.entity_id, RECEIPTS.c.scored_at, RECEIPTS.c.scores).where(*of_these))
    return [(lead_id, at, scores, "receipt") for lead_id, at, scores in rows]
