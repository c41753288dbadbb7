from __future__ import annotations

from sqlalchemy import Boolean, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base


class AttributeDefinitionRow(Base):
    """One row per attribute of leads or customers.

    Invariants: `slug` is unique per entity and never changes; `parsed_as` is the kind found at first sight and never
    changes, so the same text is always stored as the same value; `kind` starts there and is widened to category or
    text once a value did not fit. `is_accepted` says that the mapping vouches for the column (leak guard).
    """

    __tablename__ = "attribute_definitions"
    __table_args__ = (UniqueConstraint("entity", "slug"),)

    entity: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    slug: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    parsed_as: Mapped[str] = mapped_column(Text)
    is_accepted: Mapped[bool] = mapped_column(Boolean)
