from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class Tombstone(Base):
    """One row per id, phone number or e-mail address of an erased person.

    Invariants: holds no value, only its HMAC-SHA-256 under a key kept outside the database; `kind` is customer, lead,
    phone or email; `pseudonym` is set where the id was personal itself, and is the id under which its rows stand now;
    `key_check` tells whether a key is the one that was used.
    """

    __tablename__ = "tombstones"

    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    pseudonym: Mapped[str | None] = mapped_column(Text)
    key_check: Mapped[str] = mapped_column(Text)
    erased_at: Mapped[datetime] = mapped_column(Moment)
