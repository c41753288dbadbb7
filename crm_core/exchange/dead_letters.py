"""Deliveries that were given up: kept, shown, and tried again when somebody says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select, update

from crm_core.database import read_transaction, write_transaction
from crm_core.errors import UnknownWebhookError
from crm_core.tables import WebhookDelivery


@dataclass(frozen=True)
class DeadLetter:
    """A delivery that no attempt brought to its subscriber; its changes are still in the feed."""

    delivery_id: str
    webhook_id: str
    first_seq: int
    last_seq: int
    count_changes: int
    count_attempts: int
    dead_at: datetime
    last_fault: str


def dead_letters(engine: Engine) -> list[DeadLetter]:
    """All dead letters, oldest first."""
    table = WebhookDelivery.__table__
    columns: list[Any] = [table.c[name] for name in DeadLetter.__dataclass_fields__]
    query = select(*columns).where(table.c.dead_at.is_not(None)).order_by(table.c.dead_at, table.c.delivery_id)
    with read_transaction(engine) as connection:
        return [DeadLetter(**row) for row in connection.execute(query).mappings()]


def retry_dead(engine: Engine, delivery_id: str | None, now: datetime) -> int:
    """Make one dead letter, or with None all, due now with all its attempts before it; returns how many.

    Raises
    ------
    UnknownWebhookError: no dead letter has this id.
    """
    dead = WebhookDelivery.dead_at.is_not(None)
    which = [dead] if delivery_id is None else [dead, WebhookDelivery.delivery_id == delivery_id]
    again = {"dead_at": None, "next_attempt_at": now, "count_attempts": 0}
    with write_transaction(engine) as connection:
        count = int(connection.execute(update(WebhookDelivery).where(*which).values(again)).rowcount)
    if delivery_id is not None and not count:
        raise UnknownWebhookError(f"A dead letter must have this id, but there is none with {delivery_id!r}.")
    return count
