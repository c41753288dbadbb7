from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class RowHistory(Base):
    """One row per superseded version of a bundle row, whole.

    Invariants: `change_seq` is that of the version when it was current (or, for a version that arrived late, its own);
    rows are never changed. The newest version of a key, by (recorded_at, change_seq), is never here.
    """

    __tablename__ = "row_history"
    __table_args__ = (
        Index("ix_row_history_table_name_row_key", "table_name", "row_key"),
        Index("ix_row_history_table_name_change_seq", "table_name", "change_seq"),
    )

    change_seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    table_name: Mapped[str] = mapped_column(Text)
    row_key: Mapped[str] = mapped_column(Text)
    row: Mapped[dict[str, Any]] = mapped_column(JSON)
    row_hash: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    superseded_at: Mapped[datetime] = mapped_column(Moment)
    is_backfilled: Mapped[bool] = mapped_column(Boolean)
