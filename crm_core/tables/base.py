"""What all tables share: the declarative base, the moment type, and the columns of provenance."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, DateTime, Dialect, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class Base(DeclarativeBase):
    """Declarative base; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Moment(TypeDecorator[datetime]):
    """A moment in UTC: timestamptz on PostgreSQL, ISO text without offset on SQLite; always aware in Python."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; a naive moment is a programming error."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"A stored moment must name its zone, but got {value!r}.")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (the signature is theirs)
        """Aware, in UTC."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class BundleTable(Base):
    """A table of the bundle: one row per key, in its newest version; older versions are in `row_history`.

    Invariants: `change_seq` is unique over all bundle tables and grows with the order of commits, so a reader's cursor
    never skips a row; `row_hash` is a function of the row's own values, not of when they were learnt;
    `is_backfilled` says that `recorded_at` is the row's own event time, taken for want of better knowledge.
    """

    __abstract__ = True

    key_parts: ClassVar[tuple[str, ...]] = ()  # columns a missing key is derived from
    row_parts: ClassVar[tuple[str, ...]] = ()  # columns that tell mapped rows apart whose file has no key
    event_column: ClassVar[str | None] = None  # the row's own moment
    attribute_entity: ClassVar[str | None] = None  # set where rows carry attributes

    recorded_at: Mapped[datetime] = mapped_column(Moment, nullable=False, sort_order=900)
    change_seq: Mapped[int] = mapped_column(BigInteger, nullable=False, index=True, sort_order=901)
    row_hash: Mapped[str] = mapped_column(Text, nullable=False, sort_order=902)
    is_backfilled: Mapped[bool] = mapped_column(Boolean, nullable=False, sort_order=903)
