from __future__ import annotations

from datetime import datetime

from sqlalchemy import Float, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class LearningResult(Base):
    """One row per rep, course and moment at which the rep finished it.

    Invariants: a row is never changed; `certificate_id` and `valid_until` are both set where the course was passed
    under `rule_version`, and both null where it was not.
    """

    __tablename__ = "learning_results"

    rep_id: Mapped[str] = mapped_column(Text, primary_key=True)
    course: Mapped[str] = mapped_column(Text, primary_key=True)
    finished_at: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    score: Mapped[float] = mapped_column(Float)
    certificate_id: Mapped[str | None] = mapped_column(Text, unique=True)
    valid_until: Mapped[datetime | None] = mapped_column(Moment)
    rule_version: Mapped[str] = mapped_column(Text)
