from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base, Moment


class ApiKeyRow(Base):
    """One row per key of the HTTP API.

    Invariants: the secret itself is never stored, only its SHA-256; `rep_id` is set for role rep only and `teams` for
    role manager only; a rotated key names its successor and ends when the overlap is over.
    """

    __tablename__ = "api_keys"

    prefix: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    secret_sha256: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    rep_id: Mapped[str | None] = mapped_column(Text)
    teams: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    replaced_by: Mapped[str | None] = mapped_column(Text)
