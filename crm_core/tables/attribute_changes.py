from __future__ import annotations

from sqlalchemy.orm import Mapped

from crm_core.tables.base import BundleTable
from crm_core.tables.columns import When, key, moment, reference, text


class AttributeChange(BundleTable):
    """One row per change of one attribute of one lead or customer.

    Invariant: `change_id` is derived from entity, id, attribute and moment.
    """

    __tablename__ = "attribute_changes"
    event_column = "changed_at"
    key_parts = ("entity", "entity_id", "attribute", "changed_at")

    change_id: Mapped[str] = key(importable=False, required=False)
    entity: Mapped[str] = text(required=True, choices=("lead", "customer"))
    entity_id: Mapped[str] = reference(required=True, index=True)
    attribute: Mapped[str] = text(required=True)
    value: Mapped[str] = text(required=True)
    changed_at: Mapped[When] = moment(required=True)
