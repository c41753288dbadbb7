"""What channels cost."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Engine, func, select

from crm_core.database import read_transaction
from crm_core.tables import ChannelSpend


def spend_by_channel(engine: Engine, since: date, until: date, currency: str) -> dict[str, int]:
    """Cents per channel spent from `since` on and before `until`, in one currency."""
    in_period = (ChannelSpend.spent_on >= since, ChannelSpend.spent_on < until, ChannelSpend.currency == currency)
    total = func.sum(ChannelSpend.amount_cents)
    query = select(ChannelSpend.channel_id, total).where(*in_period).group_by(ChannelSpend.channel_id)
    with read_transaction(engine) as connection:
        return {channel_id: int(cents) for channel_id, cents in connection.execute(query)}
