"""What the CRM itself still knows of a lead or customer while the online store does not answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Engine, Select, exists, func, select

from crm_core.database import read_transaction
from crm_core.tables import Lead, Prediction, StageEvent

# Columns of a lead that are features just as they are; what must be derived is left out, not guessed.
_VERBATIM = ("channel_id", "campaign", "product", "industry", "region", "rep_id", "employee_count")
_CHUNK = 500


@dataclass(frozen=True)
class KnownFeatures:
    """Values by feature name, as they were at `features_as_of` (aware UTC)."""

    features_as_of: datetime
    values: dict[str, Any]


def last_known_features(
    engine: Engine, entity: Literal["lead", "customer"], model_name: str, ids: Sequence[str]
) -> dict[str, KnownFeatures]:
    """The features that each entity was last scored from; an entity never scored is absent.

    Raises
    ------
    DatabaseError: the database cannot be read.
    """
    found: dict[str, KnownFeatures] = {}
    with read_transaction(engine) as connection:
        for start in range(0, len(ids), _CHUNK):
            rows = connection.execute(_newest(entity, model_name, ids[start : start + _CHUNK]))
            found |= {key: KnownFeatures(as_of, values) for key, as_of, values in rows}
    return found


def open_lead_profiles(
    engine: Engine, closing_stages: Sequence[str], as_of: datetime, ids: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Of the leads that are open at as_of their own columns, by feature name.

    Raises
    ------
    DatabaseError: the database cannot be read.
    """
    closed = exists().where(
        StageEvent.lead_id == Lead.lead_id, StageEvent.stage.in_(closing_stages), StageEvent.entered_at <= as_of
    )
    table = Lead.__table__
    columns = [table.c[name] for name in ("lead_id", *_VERBATIM, "expected_amount_cents", "budget_cents")]
    found: dict[str, dict[str, Any]] = {}
    with read_transaction(engine) as connection:
        for start in range(0, len(ids), _CHUNK):
            part = ids[start : start + _CHUNK]
            query = select(*columns).where(table.c.lead_id.in_(part), table.c.created_at <= as_of, ~closed)
            for row in connection.execute(query).mappings():
                found[row["lead_id"]] = _by_feature_name(dict(row))
    return found


def _by_feature_name(row: dict[str, Any]) -> dict[str, Any]:
    del row["lead_id"]
    for cents, units in (("expected_amount_cents", "expected_amount"), ("budget_cents", "budget")):
        row[units] = None if row[cents] is None else row[cents] / 100
    return row


def _newest(entity: str, model_name: str, ids: Sequence[str]) -> Select[Any]:
    table = Prediction.__table__
    order = (table.c.scored_at.desc(), table.c.prediction_id.desc())
    ranked = (
        select(
            table.c.entity_id,
            table.c.features_as_of,
            table.c.features,
            func.row_number().over(partition_by=table.c.entity_id, order_by=order).label("rank"),
        )
        .where(table.c.entity == entity, table.c.entity_id.in_(ids), table.c.model_name == model_name)
        .where(~table.c.is_degraded, table.c.features_as_of.is_not(None))
        .subquery()
    )
    return select(ranked.c.entity_id, ranked.c.features_as_of, ranked.c.features).where(ranked.c.rank == 1)
