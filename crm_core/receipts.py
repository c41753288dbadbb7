"""Receipts of scores: written once, read back to show and to replay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import Engine, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from crm_core.database import read_transaction, write_transaction
from crm_core.tables import Prediction

_MAIN_SCORE = {"lead": "win_probability", "customer": "churn_probability"}
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


def last_scores(
    engine: Engine, entity: Literal["lead", "customer"], ids: Sequence[str], score: str | None = None
) -> dict[str, float]:
    """The newest score of each entity that has one; `score` names it (default win_probability, churn_probability).

    The newest receipt of each model is looked at, so a customer's RFM score does not hide the churn score before it.
    """
    name = score or _MAIN_SCORE[entity]
    found: dict[str, tuple[datetime, float]] = {}
    with read_transaction(engine) as connection:
        for start in range(0, len(ids), _CHUNK):
            asked = {"entity": entity, "ids": list(ids[start : start + _CHUNK])}
            for entity_id, scored_at, scores in connection.execute(_newest(), asked):
                if name in scores and (entity_id not in found or found[entity_id][0] < scored_at):
                    found[entity_id] = (scored_at, float(scores[name]))
    return {entity_id: value for entity_id, (_, value) in found.items()}


@cache
def _newest() -> Any:
    """entity_id, scored_at and scores of the newest receipt of each entity of `ids` and model.

    Made once: making it takes longer than running it, and every score asks for a trend.
    """
    table = Prediction.__table__
    rank = func.row_number().over(
        partition_by=(table.c.entity_id, table.c.model_name),
        order_by=(table.c.scored_at.desc(), table.c.prediction_id.desc()),
    )
    ranked = (
        select(table.c.entity_id, table.c.scored_at, table.c.scores, rank.label("rank"))
        .where(table.c.entity == bindparam("entity"), table.c.entity_id.in_(bindparam("ids", expanding=True)))
        .subquery()
    )
    return select(ranked.c.entity_id, ranked.c.scored_at, ranked.c.scores).where(ranked.c.rank == 1)


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
    table, name = Prediction.__table__, _MAIN_SCORE[entity]
    columns = (table.c.entity_id, table.c.scored_at, table.c.model_version, table.c.scores)
    query = (
        select(*columns)
        .where(table.c.entity == entity, table.c.scored_at >= since, table.c.scored_at <= until, ~table.c.is_degraded)
        .order_by(table.c.scored_at, table.c.prediction_id)
    )
    with read_transaction(engine) as connection:
        rows = connection.execute(query)
        return [GivenScore(row[0], row[1], row[2], float(row[3][name])) for row in rows if name in row[3]]
