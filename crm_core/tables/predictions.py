from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class Prediction(Base):
    """One row per score given: the receipt, from which it can be replayed.

    Invariant: written once, never changed.
    """

    __tablename__ = "predictions"
    __table_args__ = (Index("ix_predictions_entity_entity_id_scored_at", "entity", "entity_id", "scored_at"),)

    prediction_id: Mapped[str] = mapped_column(Text, primary_key=True)
    entity: Mapped[str] = mapped_column(Text)
    entity_id: Mapped[str] = mapped_column(Text)
    model_name: Mapped[str] = mapped_column(Text)
    model_version: Mapped[str] = mapped_column(Text)
    features: Mapped[dict[str, Any]] = mapped_column(JSON)
    scores: Mapped[dict[str, float]] = mapped_column(JSON)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    features_as_of: Mapped[datetime | None] = mapped_column(Moment)
    scored_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    is_degraded: Mapped[bool] = mapped_column(Boolean)
