from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class ImportRun(Base):
    """One row per import that was committed.

    Invariant: a failed import leaves no row.
    """

    __tablename__ = "import_runs"

    import_id: Mapped[str] = mapped_column(Text, primary_key=True)
    path: Mapped[str] = mapped_column(Text)
    imported_at: Mapped[datetime] = mapped_column(Moment)
    is_history: Mapped[bool] = mapped_column(Boolean)
    tables: Mapped[dict[str, Any]] = mapped_column(JSON)
    rejects_file: Mapped[str | None] = mapped_column(Text)
