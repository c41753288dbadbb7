from __future__ import annotations

from sqlalchemy.orm import Mapped

from crm_core.tables.base import BundleTable
from crm_core.tables.columns import key, text


class Channel(BundleTable):
    """One row per channel through which leads come.

    Invariant: `channel_id` is the value that leads name; a lead may name a channel that is not here.
    """

    __tablename__ = "channels"
    channel_id: Mapped[str] = key()
    name: Mapped[str] = text(required=True)
    kind: Mapped[str | None] = text()
