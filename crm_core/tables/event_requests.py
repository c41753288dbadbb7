from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class EventRequest(Base):
    """One row per (caller, idempotency key): what was answered to a call that wrote events.

    Invariants: written in the transaction that wrote the events, so there is an answer if and only if they are stored;
    removed when it is older than `exchange.idempotency_days`. `answer` may quote values of rejected rows.
    """

    __tablename__ = "event_requests"

    scope: Mapped[str] = mapped_column(Text, primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(Text, primary_key=True)
    body_sha256: Mapped[str] = mapped_column(Text)
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    received_at: Mapped[datetime] = mapped_column(Moment, index=True)
