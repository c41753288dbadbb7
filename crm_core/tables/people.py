from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class PersonRow(Base):
    """One row per person who signs in to the pages.

    Invariants: `name` is what is typed, in one form (see crm_core.access.people); the password is never stored, only
    its argon2id hash; `rep_id` is set for role rep only and `teams` for role manager only; a person is disabled, not
    deleted, so that what was done under the name stays explained.
    """

    __tablename__ = "people"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    role: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text)
    rep_id: Mapped[str | None] = mapped_column(Text)
    teams: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(Moment)
    password_set_at: Mapped[datetime] = mapped_column(Moment)
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)
