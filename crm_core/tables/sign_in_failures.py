from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class SignInFailure(Base):
    """One row per name or address at which signing in failed of late.

    Invariant: `subject` is the SHA-256 of `name:` or `address:` with what was given, so the table tells nobody what was
    typed; the row goes when the person signs in.
    """

    __tablename__ = "sign_in_failures"

    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime] = mapped_column(Moment)
