from __future__ import annotations

from sqlalchemy import BigInteger, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base


class AuditHead(Base):
    """One row in all (head_id 1): number and hash of the newest entry of `audit_log`.

    Invariants: a writer locks the row until it commits, so entries follow one another; it tells when the last entries
    were cut off, which the chain alone does not.
    """

    __tablename__ = "audit_head"

    head_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last_seq: Mapped[int] = mapped_column(BigInteger)
    last_hash: Mapped[str] = mapped_column(Text)
