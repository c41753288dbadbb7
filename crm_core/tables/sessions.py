from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class SessionRow(Base):
    """One row per session of a person in a browser.

    Invariants: the token itself is never stored, only its SHA-256; a session that has ended stays ended.
    """

    __tablename__ = "sessions"

    token_sha256: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text, index=True)
    opened_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
