"""Receipts of scores: written once, read back to show and to replay."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import JSON, Engine, Text, bindparam, cast, func, select
from sqlalchemy.dialects import postgresql, sqlite

from crm_core.database import read_transaction, write_transaction
from crm_core.tables import Prediction

_MAIN_SCORE = {"lead": ("win", "win_probability"), "customer": ("churn", "churn_probability")}
_CHUNK = 1000


@dataclass(frozen=True)
class Receipt:
    """One score given. `scores` by name (win_probability, ...); moments are aware, in UTC."""

    prediction_id: str
    entity: Literal["lead", "customer"]
    entity_id: str
    model_name: str
    model_version: str
    features: dict[str, Any]
    scores: dict[str, float]
    reasons: list[dict[str, Any]]
    features_as_of: datetime | None
    scored_at: datetime
    expires_at: datetime
    is_degraded: bool = False


def write_receipts(engine: Engine, receipts: Sequence[Receipt]) -> None:
    """Write receipts in one transaction; one that is there already stays as it is, so a retry is safe.

    Raises
    ------
    DatabaseError: the database cannot be written; none is stored.
    """
    if not receipts:
        return
    dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(Prediction.__table__).on_conflict_do_nothing(index_elements=["prediction_id"])
    with write_transaction(engine) as connection:
        connection.execute(statement, [dict(vars(receipt)) for receipt in receipts])


def read_receipt(engine: Engine, prediction_id: str) -> Receipt | None:
    """The receipt of this id, or None."""
    query = select(Prediction.__table__).where(Prediction.prediction_id == prediction_id)
    with read_transaction(engine) as connection:
        row = connection.execute(query).mappings().first()
    return Receipt(**row) if row else None


def last_scores(engine: Engine, entity: Literal["lead", "customer"], ids: Sequence[str]) -> dict[str, float]:
    """The newest win probability of each lead, or churn probability of each customer, that has one; a challenger's in
    shadow does not count.
    """
    model, name = _MAIN_SCORE[entity]
    found: dict[str, float] = {}
    with read_transaction(engine) as connection:
        statement = _newest(engine.dialect.name == "postgresql")
        for start in range(0, len(ids), _CHUNK):
            asked = json.dumps(list(ids[start : start + _CHUNK]))
            rows = connection.execute(statement, {"ids": asked, "entity": entity, "model": model})
            found |= {entity_id: float(scores[name]) for entity_id, scores in rows if scores}
    return found


@cache
def _newest(is_postgres: bool) -> Any:
    """Each of `ids` (a JSON list) with the scores of its newest receipt of the model: one step into the index, however
    many receipts there are. Made once: making it takes longer than running it, and every score asks for a trend.
    """
    table, ids = Prediction.__table__, bindparam("ids", type_=Text)
    items = func.json_array_elements_text(cast(ids, JSON)) if is_postgres else func.json_each(ids)
    asked = items.table_valued("value", name="asked")
    newest = (
        select(table.c.scores)
        .where(table.c.entity == bindparam("entity"), table.c.entity_id == asked.c.value)
        .where(table.c.model_name == bindparam("model"))
        .order_by(table.c.scored_at.desc(), table.c.prediction_id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return select(asked.c.value, newest)


def count_receipts(engine: Engine) -> int:
    """How many scores were given."""
    with read_transaction(engine) as connection:
        return int(connection.execute(select(func.count()).select_from(Prediction)).scalar() or 0)


@dataclass(frozen=True)
class GivenScore:
    """What a receipt says of the score alone; `model_version` as the receipt writes it."""

    entity_id: str
    scored_at: datetime
    model_version: str
    score: float


def read_given(
    engine: Engine, entity: Literal["lead", "customer"], since: datetime, until: datetime
) -> list[GivenScore]:
    """Main scores given in [since, until], oldest first. Degraded ones, made without features, are left out."""
    table, (_, name) = Prediction.__table__, _MAIN_SCORE[entity]
    columns = (table.c.entity_id, table.c.scored_at, table.c.model_version, table.c.scores)
    query = (
        select(*columns)
        .where(table.c.entity == entity, table.c.scored_at >= since, table.c.scored_at <= until, ~table.c.is_degraded)
        .order_by(table.c.scored_at, table.c.prediction_id)
    )
    with read_transaction(engine) as connection:
        rows = connection.execute(query)
        return [GivenScore(row[0], row[1], row[2], float(row[3][name])) for row in rows if name in row[3]]
