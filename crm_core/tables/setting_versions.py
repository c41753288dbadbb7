from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class SettingVersion(Base):
    """One row per edit of a setting: who, when, and the value before and after.

    Invariants: rows are only added; `version_id` grows with the order of edits; the overrides of any moment are a
    replay of the rows until then, each replacing what stood at its key and below by `after_overrides`. An undo is a row
    too.
    """

    __tablename__ = "setting_versions"

    version_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(Text, index=True)
    actor: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    note: Mapped[str] = mapped_column(Text)
    before_value: Mapped[Any] = mapped_column(JSON(none_as_null=False), nullable=True)
    after_value: Mapped[Any] = mapped_column(JSON(none_as_null=False), nullable=True)
    before_overrides: Mapped[dict[str, Any]] = mapped_column(JSON)
    after_overrides: Mapped[dict[str, Any]] = mapped_column(JSON)
    undoes: Mapped[int | None] = mapped_column(Integer)
