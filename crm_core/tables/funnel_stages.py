from __future__ import annotations

from sqlalchemy import Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base


class FunnelStage(Base):
    """One row per stage of the configured funnel, so that SQL knows its order and names.

    Invariant: a copy of `funnel.stages` of the settings, brought up to date by `crm_core.bi.stages.keep_stages`;
    nothing of ours but the views `bi_*` reads it.
    """

    __tablename__ = "funnel_stages"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    place: Mapped[int] = mapped_column(Integer)
    en: Mapped[str] = mapped_column(Text)
    zh: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(Text)
