from __future__ import annotations

from datetime import datetime

from sqlalchemy import Float, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class ServiceStar(Base):
    """One row per awarded month (YYYY-MM in the configured zone) and rep that was rated in it.

    Invariants: a month is awarded once, all its rows have the same `awarded_at` and `rule_version`; ratings that
    arrive later change nothing. `place` is null where too few customers rated. `shrunk_score` lies between `mean_score`
    and `usual_score`; low and high are the interval around it.
    """

    __tablename__ = "service_stars"

    month: Mapped[str] = mapped_column(Text, primary_key=True)
    rep_id: Mapped[str] = mapped_column(Text, primary_key=True)
    place: Mapped[int | None] = mapped_column(Integer)
    count_ratings: Mapped[int] = mapped_column(Integer)
    mean_score: Mapped[float] = mapped_column(Float)
    usual_score: Mapped[float] = mapped_column(Float)
    shrunk_score: Mapped[float] = mapped_column(Float)
    low_score: Mapped[float] = mapped_column(Float)
    high_score: Mapped[float] = mapped_column(Float)
    rule_version: Mapped[str] = mapped_column(Text)
    awarded_at: Mapped[datetime] = mapped_column(Moment)
