from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class CommissionPlanRow(Base):
    """One row per version of a commission plan that the ledger has used.

    Invariants: rows are only added (triggers refuse the rest), so an entry's plan can always be read; `content` is the
    configuration's plan, whole.
    """

    __tablename__ = "commission_plans"

    version: Mapped[str] = mapped_column(Text, primary_key=True)
    valid_from: Mapped[date] = mapped_column(Date)
    currency: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    published_at: Mapped[datetime] = mapped_column(Moment)
