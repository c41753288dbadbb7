from __future__ import annotations

from sqlalchemy.orm import Mapped

from crm_core.tables.base import BundleTable
from crm_core.tables.columns import When, key, moment, real, reference


class Rating(BundleTable):
    """One row per satisfaction rating of a rep.

    Invariant: `score` is 1 to 5.
    """

    __tablename__ = "ratings"
    event_column = "rated_at"

    rating_id: Mapped[str] = key()
    rep_id: Mapped[str] = reference(required=True, index=True)
    score: Mapped[float] = real(required=True, low=1, high=5)
    rated_at: Mapped[When] = moment(required=True)
    customer_id: Mapped[str | None] = reference()
