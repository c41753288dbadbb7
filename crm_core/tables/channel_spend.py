from __future__ import annotations

from sqlalchemy.orm import Mapped

from crm_core.tables.base import BundleTable
from crm_core.tables.columns import Day, currency, day, key, money, reference


class ChannelSpend(BundleTable):
    """One row per channel, day and currency: what the channel cost that day.

    Invariant: `spend_id` is derived from channel, day and currency, so a corrected amount replaces the earlier one.
    """

    __tablename__ = "channel_spend"
    event_column = "spent_on"
    key_parts = ("channel_id", "spent_on", "currency")

    spend_id: Mapped[str] = key(importable=False, required=False)
    channel_id: Mapped[str] = reference(required=True, index=True)
    spent_on: Mapped[Day] = day(required=True)
    amount_cents: Mapped[int] = money(required=True)
    currency: Mapped[str] = currency()
