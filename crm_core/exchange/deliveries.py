"""Deliveries: made of the feed, claimed by one worker at a time, tried again, and in the end kept as dead letters.

A webhook has one open delivery at a time: while it waits for its next attempt the feed keeps what comes, so a
subscriber gets the changes in their order, and one that was away gets few large deliveries instead of many small ones.
A delivery may arrive twice (the answer was lost, or a worker died before it noted it), with the same id and body.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, and_, exists, insert, or_, select, update

from configs.sections import Webhooks
from crm_core.database import read_transaction, write_transaction
from crm_core.exchange.feed import changes_between, last_number
from crm_core.tables import Webhook, WebhookDelivery

_LEASE_FACTOR = 3  # an attempt that is not noted after this many times its time limit counts as lost
_MAX_FAULT = 300


@dataclass(frozen=True)
class Attempt:
    """A delivery to try now. `number` counts attempts from 1."""

    delivery_id: str
    url: str
    secret: str
    body: bytes
    number: int


def webhooks_with_work(engine: Engine, now: datetime) -> list[str]:
    """Webhooks that have a delivery due, or changes and no open delivery. Reads only, so that idling locks nothing."""
    open_one = and_(WebhookDelivery.webhook_id == Webhook.webhook_id, WebhookDelivery.next_attempt_at.is_not(None))
    is_due = exists().where(open_one, WebhookDelivery.next_attempt_at <= now)
    with read_transaction(engine) as connection:
        has_news = and_(Webhook.cursor_seq < last_number(connection), ~exists().where(open_one))
        query = select(Webhook.webhook_id).where(or_(is_due, has_news)).order_by(Webhook.webhook_id)
        return list(connection.execute(query).scalars())


def claim(engine: Engine, webhook_id: str, now: datetime, rules: Webhooks) -> Attempt | None:
    """Take this webhook's next delivery for one attempt; None where there is nothing due, or another worker has it."""
    with write_transaction(engine) as connection:
        locked = select(Webhook.__table__).where(Webhook.webhook_id == webhook_id).with_for_update()
        webhook = connection.execute(locked).mappings().first()
        if webhook is None:
            return None
        delivery = _open_delivery(connection, webhook_id) or _new_delivery(connection, webhook, now, rules.batch)
        if delivery is None or delivery["next_attempt_at"] > now:
            return None
        number = delivery["count_attempts"] + 1
        lost_at = now + timedelta(seconds=rules.timeout_seconds * _LEASE_FACTOR)
        _set(connection, delivery["delivery_id"], count_attempts=number, next_attempt_at=lost_at)
        body = _body(connection, webhook, delivery)
        return Attempt(delivery["delivery_id"], webhook["url"], webhook["secret"], body, number)


def note_delivered(engine: Engine, delivery_id: str, now: datetime) -> None:
    """The subscriber took it."""
    with write_transaction(engine) as connection:
        _set(connection, delivery_id, next_attempt_at=None, delivered_at=now, dead_at=None, last_fault=None)


def note_failed(engine: Engine, attempt: Attempt, fault: str, now: datetime, rules: Webhooks) -> bool:
    """Try it again after a pause that doubles, or keep it as a dead letter; whether it is dead now."""
    is_dead = attempt.number >= rules.max_attempts
    after = timedelta(seconds=pause_seconds(attempt.number, rules))
    values = {
        "next_attempt_at": None if is_dead else now + after,
        "dead_at": now if is_dead else None,
        "last_fault": fault[:_MAX_FAULT],
    }
    table = WebhookDelivery.__table__
    # Not where the attempt counted as lost and another was made since.
    mine = (table.c.delivery_id == attempt.delivery_id, table.c.count_attempts == attempt.number)
    with write_transaction(engine) as connection:
        connection.execute(update(WebhookDelivery).where(*mine, table.c.delivered_at.is_(None)).values(values))
    return is_dead


def pause_seconds(count_attempts: int, rules: Webhooks) -> float:
    """Seconds to wait after so many failed attempts."""
    return float(min(rules.first_retry_seconds * 2.0 ** min(count_attempts - 1, 60), rules.max_retry_seconds))


def _open_delivery(connection: Connection, webhook_id: str) -> Any:
    """The open delivery with the oldest changes; a dead letter that is tried again comes before newer ones."""
    table = WebhookDelivery.__table__
    query = select(table).where(table.c.webhook_id == webhook_id, table.c.next_attempt_at.is_not(None))
    return connection.execute(query.order_by(table.c.first_seq).limit(1)).mappings().first()


def _new_delivery(connection: Connection, webhook: Any, now: datetime, batch: int) -> dict[str, Any] | None:
    """The next changes of the feed as a delivery, and the webhook's cursor behind them."""
    last = last_number(connection)
    changes = changes_between(connection, webhook["cursor_seq"], last, webhook["kinds"], batch)
    cursor = changes[-1].seq if len(changes) == batch else last
    mine = Webhook.webhook_id == webhook["webhook_id"]
    connection.execute(update(Webhook).where(mine).values(cursor_seq=cursor))
    if not changes:
        return None
    row = {
        "delivery_id": f"msg_{secrets.token_hex(12)}",
        "webhook_id": webhook["webhook_id"],
        "first_seq": changes[0].seq,
        "last_seq": changes[-1].seq,
        "count_changes": len(changes),
        "count_attempts": 0,
        "created_at": now,
        "next_attempt_at": now,
    }
    connection.execute(insert(WebhookDelivery).values(row))
    return row


def _body(connection: Connection, webhook: Any, delivery: Any) -> bytes:
    between = (delivery["first_seq"] - 1, delivery["last_seq"])
    changes = changes_between(connection, *between, webhook["kinds"], delivery["count_changes"])
    content = {"webhook_id": webhook["webhook_id"], "changes": [change.to_json() for change in changes]}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _set(connection: Connection, delivery_id: str, **values: Any) -> None:
    connection.execute(update(WebhookDelivery).where(WebhookDelivery.delivery_id == delivery_id).values(values))
