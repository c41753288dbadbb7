from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class FeedChange(Base):
    """One row per change told to other systems: a score, a tier, a tag or a credit hold of one lead or customer.

    Invariants: `seq` has no gaps and grows in the order of commits, so a reader's cursor neither skips nor repeats;
    written once, never changed. `at` is when the change happened, which need not grow with `seq`.
    """

    __tablename__ = "feed_changes"
    __table_args__ = (Index("ix_feed_changes_kind_entity_entity_id_seq", "kind", "entity", "entity_id", "seq"),)

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text)
    entity: Mapped[str] = mapped_column(Text)
    entity_id: Mapped[str] = mapped_column(Text)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Moment)
