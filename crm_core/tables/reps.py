from __future__ import annotations

from sqlalchemy.orm import Mapped

from crm_core.tables.base import BundleTable
from crm_core.tables.columns import Day, boolean, day, key, real, reference, text


class Rep(BundleTable):
    """One row per sales representative.

    Invariant: active unless the export says otherwise; `manager_id` is another rep's id or null.
    """

    __tablename__ = "reps"
    event_column = "hired_on"

    rep_id: Mapped[str] = key()
    name: Mapped[str] = text(required=True)
    team: Mapped[str | None] = text()
    manager_id: Mapped[str | None] = reference()
    email: Mapped[str | None] = text()
    hired_on: Mapped[Day | None] = day()
    weekly_capacity_hours: Mapped[float | None] = real(low=0)
    active: Mapped[bool | None] = boolean(default=True)
