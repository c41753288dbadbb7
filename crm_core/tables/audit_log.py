from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class AuditEntry(Base):
    """One row per administrative act or act on personal data.

    Invariants: append-only, the database refuses UPDATE and DELETE; `seq` counts from 1 without gaps; `entry_hash`
    covers the row and the hash before it (see crm_core.audit.chain). Holds no phone number and no e-mail address.
    `details` is the JSON text that was hashed.
    """

    __tablename__ = "audit_log"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    details: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(Text)
    entry_hash: Mapped[str] = mapped_column(Text)
