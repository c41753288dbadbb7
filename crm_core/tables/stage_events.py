from __future__ import annotations

from sqlalchemy.orm import Mapped

from crm_core.tables.base import BundleTable
from crm_core.tables.columns import When, key, moment, reference, text


class StageEvent(BundleTable):
    """One row per entry of a lead into a stage of the funnel.

    Invariants: `stage` is a configured stage; a lead may enter a stage more than once, at different moments.
    Events made of an export's outcome have the ids `LEAD|captured` and `LEAD|outcome`, so that a corrected outcome
    is an update.
    """

    __tablename__ = "stage_events"
    event_column = "entered_at"
    key_parts = ("lead_id", "stage", "entered_at")

    event_id: Mapped[str] = key(required=False)
    lead_id: Mapped[str] = reference(required=True, index=True)
    stage: Mapped[str] = text(required=True)
    entered_at: Mapped[When] = moment(required=True)
    actor: Mapped[str | None] = text()
    reason: Mapped[str | None] = text()
