from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class CustomerTag(Base):
    """One row per customer, tag and moment at which the tag came (`is_held`) or went; it stands until the next row.

    Invariants: a run adds a row only where the state differs from the one in force at that moment, and a run of the
    same moment puts its own rows right; rows of other moments are never touched. `rule` holds the conditions as they
    were, `rule_version` names them with the windows, `figures` what they were held against.
    """

    __tablename__ = "customer_tags"

    customer_id: Mapped[str] = mapped_column(Text, primary_key=True)
    tag: Mapped[str] = mapped_column(Text, primary_key=True)
    since: Mapped[datetime] = mapped_column(Moment, primary_key=True)
    is_held: Mapped[bool] = mapped_column(Boolean)
    rule_version: Mapped[str] = mapped_column(Text)
    rule: Mapped[dict[str, Any]] = mapped_column(JSON)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
