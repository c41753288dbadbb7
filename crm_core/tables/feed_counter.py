from __future__ import annotations

from sqlalchemy import BigInteger, Integer
from sqlalchemy.orm import Mapped, mapped_column

from crm_core.tables.base import Base


class FeedCounter(Base):
    """One row in all (counter_id 1): the last number given in the change feed.

    Invariant: a publisher locks the row until it commits, so numbers become visible in their order. It is not the
    counter of the bundle rows: an import holds that one for as long as a minute.
    """

    __tablename__ = "feed_counter"

    counter_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last_seq: Mapped[int] = mapped_column(BigInteger)
