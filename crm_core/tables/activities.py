from __future__ import annotations

from sqlalchemy.orm import Mapped

from crm_core.tables.base import BundleTable
from crm_core.tables.columns import When, boolean, key, moment, real, reference, text


class Activity(BundleTable):
    """One row per touch point: call, visit, mail, form, or work on the case.

    Invariants: `kind` is free; values of a stage column that are no stage are kept here. `source` says through what the
    touch point came (web_form, qr_scan, call, email, chat, file_import, ...) and `consent` what the person agreed to,
    both in the words of the source system; null where it says nothing.
    """

    __tablename__ = "activities"
    event_column = "occurred_at"
    row_parts = ("lead_id", "customer_id", "occurred_at", "kind")

    activity_id: Mapped[str] = key()
    occurred_at: Mapped[When] = moment(required=True)
    kind: Mapped[str] = text(required=True)
    lead_id: Mapped[str | None] = reference(index=True)
    customer_id: Mapped[str | None] = reference(index=True)
    rep_id: Mapped[str | None] = reference()
    direction: Mapped[str | None] = text()
    duration_seconds: Mapped[float | None] = real(low=0)
    is_effective: Mapped[bool | None] = boolean()
    summary: Mapped[str | None] = text()
    source: Mapped[str | None] = text(added=True)
    consent: Mapped[str | None] = text(added=True)
